using Kedge.Experiments;
using Kedge.Features;
using Kedge.Fuzzing.Corpora;
using Kedge.Persistence;
using Kedge.Tasks;
using Kedge.Training;

namespace Kedge.Fuzzing.Targets;

/// <summary>
/// What Kedge writes and reads again: classifiers, fits, tasks, features, runs of training, rows of comparisons.
/// </summary>
internal static class ResultTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("classifier", Format.Safetensors, () => Committed.Classifiers(0, 8000),
            input => ClassifierFile.Open(input.Write("x.kedge")).Dispose()) { Share = 20 },
        new("large-classifier", Format.Safetensors, () => Committed.Classifiers(8000, 100_000),
            input => ClassifierFile.Open(input.Write("x.kedge")).Dispose()) { Share = 5 },
        new("fit", Format.Safetensors, () => [Results.Fit], ReadFit) { Share = 5 },
        new("feature-task", Format.Safetensors, () => [Committed.Older("tasks", "photos.safetensors")],
            input => FeatureTask.Open(input.Write("x.safetensors")).Dispose()),
        new("feature-cache", Format.Safetensors, () => [Results.CacheBlock], ReadBlock),
        new("training-weights", Format.Safetensors, () => [Results.TrainingFile("model.safetensors")], Restore("model.safetensors"))
         { Prepare = Results.WriteRun, Share = 5 },
        new("training-optimizer", Format.Raster, () => [Results.TrainingFile("optimizer.bin")], Restore("optimizer.bin"))
         { Prepare = Results.WriteRun, Share = 5 },
        new("training-run", Format.Json, () => [Results.TrainingFile("run.json")], Restore("run.json"))
         { Prepare = Results.WriteRun, Share = 5 },
        new("curve", Format.Csv, () => Results.Curves, ReadCurve) { Share = 5 },
        new("comparison-rows", Format.Json, () => Results.Rows, ReadRows),
    ];

    private static void ReadFit(FuzzInput input)
    {
        foreach (var tensor in new FitCheckpoint(input.Write("x.fit")).Read(Results.FitFingerprint)?.Values ?? [])
            tensor.Dispose();
    }

    private static void ReadBlock(FuzzInput input) =>
        FeatureCacheFile.Read(input.Write("x.safetensors"), Results.CacheDescription, Results.CacheRowLength);

    /// <summary>Restores a run whose digests fit the damaged file, as a forger would have them.</summary>
    private static Action<FuzzInput> Restore(string file) => input =>
    {
        input.Write($"run/checkpoint/{file}");
        if (file != "run.json")
            Results.WriteDigests(input);
        using var state = new LinearState();
        new TrainingCheckpoint(Path.Combine(input.Folder, "run"), LinearState.Identity).Restore(state.State);
    };

    private static void ReadCurve(FuzzInput input)
    {
        input.Write("curve.csv");
        TrainingCurve.Read(input.Folder);
    }

    private static void ReadRows(FuzzInput input)
    {
        input.Write(ComparisonLog.FileName);
        ComparisonLog.Open(input.Folder).Dispose();
    }
}
