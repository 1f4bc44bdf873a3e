using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Tests.Support;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>
/// The specification's ordering on real photos: kedge-mini on clothing, 4 shots, mean of seeds 1 to 3.
/// </summary>
public sealed class RtosPhotosTests : IDisposable
{
    private const double Random = 1, Names = 0.2; // points, of the specification: what anchors that nobody learned may change

    private const double PublishedScale = 100; // of the logits that the specification's α of 20 stands beside

    private readonly ClipModel _clip = ClipModel.Load("kedge-mini");

    [Fact]
    public void Learned_anchors_are_worth_more_than_names_and_noise_and_rtos_plus_more_than_zero_shot()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var dataset = DatasetReader.Open(SharedData.Get("data", "clothing-112px.zip"));
        var images = dataset.Test;
        using var scope = NewDisposeScope();
        var queries = Extract(images);
        var classes = _clip.ClassFeatures(dataset.ClassNames, [PromptTemplates.Default]);
        int[] labels = [.. images.Select(image => image.Label)];
        // the latter where nothing is learned, as which anchors are drawn is then all that differs
        int[] seeds = [1, 2, 3], manySeeds = [.. Enumerable.Range(1, 10)];

        var zeroShot = Mean(new ZeroShot());
        var learned = Mean(new Rtos(new()));
        var names = Mean(new Rtos(new() { Steps = 0, Start = AnchorStart.Words }));
        var noise = Mean(new Rtos(new() { Steps = 0, Start = AnchorStart.Noise }));
        Assert.True(learned > names && learned > noise, $"learned {learned:f1}, names {names:f1}, noise {noise:f1}");
        Assert.InRange(learned, zeroShot, 100);
        Assert.InRange(manySeeds.Average(seed => Accuracy(
            new Rtos(new() { Steps = 0, Start = AnchorStart.Noise, Alpha = 20 * _clip.LogitScale / PublishedScale, Seed = seed }), seed)),
            zeroShot - Random, zeroShot + Random);
        Assert.InRange(Mean(new RtosNames(new())), zeroShot - Names, 100);
        Assert.InRange(Mean(new RtosPlus(new())), learned, 100);

        double Mean(FewShotMethod method) => seeds.Average(seed => Accuracy(method, seed));

        double Accuracy(FewShotMethod method, int seed)
        {
            var support = SupportSampler.Sample(dataset, 4, seed);
            var task = new FewShotTask(new(Extract(support).unsqueeze(0), tensor(support.Select(image => (long)image.Label).ToArray())),
                new(dataset.ClassNames, classes, _clip.LogitScale, ["a photo of a {}."]), new()
                {
                    TextTower = _clip,
                });
            using var classifier = method.Fit(task, cancellation: TestContext.Current.CancellationToken);
            using var best = classifier.Logits(queries).argmax(1);
            return 100.0 * best.data<long>().Zip(labels).Count(pair => pair.First == pair.Second) / labels.Length;
        }
    }

    public void Dispose() => _clip.Dispose();

    private Tensor Extract(IReadOnlyList<LabelledImage> images) =>
        new FeatureExtractor(_clip).Extract([.. images.Select(image => image.Image)], cancellation: TestContext.Current.CancellationToken);
}
