using Kedge.Tests.Support;

namespace Kedge.Tests.Training.Objectives;

/// <summary>Checkpoints that the version before the training loop was rebuilt has written.</summary>
public sealed class EarlierCheckpointTests : IDisposable
{
    /// <summary>
    /// Another processor or number of threads sums in another order; two steps of Adam at a rate of 1e-3 can then part
    /// by as much each where a gradient is zero but for rounding. A run that forgot its moments or its average would
    /// differ by as much in every weight, which the mean shows.
    /// </summary>
    private const float LargestDifference = 4e-3f, LargestMean = 1e-4f;

    private readonly TemporaryFolder _scratch = new();

    public static TheoryData<string> Names { get; } = [.. EarlierRun.All.Select(run => run.Name)];

    public void Dispose() => _scratch.Dispose();

    [Theory, MemberData(nameof(Names))]
    public void A_checkpoint_of_the_version_before_resumes_to_the_same_weights(string name)
    {
        Resume(EarlierRun.Of(name));
        foreach (var file in (string[])["checkpoint/model.safetensors", "model.safetensors"])
        {
            var (expected, found) = (TinyRun.WeightsIn(_scratch[$"whole/{file}"]), TinyRun.WeightsIn(_scratch[$"half/{file}"]));
            Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
            foreach (var (key, weights) in expected)
            {
                var differences = weights.Zip(found[key], (a, b) => Math.Abs(a - b)).ToArray();
                Assert.True(differences.Max() <= LargestDifference && differences.Average() <= LargestMean,
                    $"{file}: {key} differs by up to {differences.Max()}.");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void A_checkpoint_of_the_version_before_resumes_to_the_same_bits(string name)
    {
        var run = EarlierRun.Of(name);
        Resume(run);
        run.Run(_scratch["start.safetensors"], _scratch["again"], TestContext.Current.CancellationToken);
        Assert.SkipUnless(SameWeights("checkpoint.previous", "half", "again"),
            "This processor rounds otherwise than that which the checkpoint is from.");
        TinyRun.AssertSameCheckpoint(_scratch["whole"], _scratch["half"]);
        TinyRun.AssertSame(_scratch["half"], _scratch["again"]);
        Assert.Equal(TinyRun.WeightsIn(_scratch["whole/model.safetensors"]), // which state no settings
            TinyRun.WeightsIn(_scratch["half/model.safetensors"]));
    }

    /// <summary>Unpacks a run and trains its second half.</summary>
    private void Resume(EarlierRun run)
    {
        run.Unpack(_scratch.Path);
        run.Run(_scratch["start.safetensors"], _scratch["half"], TestContext.Current.CancellationToken);
    }

    private bool SameWeights(string checkpoint, string run, string other) =>
        File.ReadAllBytes(_scratch[$"{run}/{checkpoint}/model.safetensors"])
            .SequenceEqual(File.ReadAllBytes(_scratch[$"{other}/{checkpoint}/model.safetensors"]));
}
