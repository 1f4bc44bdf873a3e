using Kedge.FewShot;
using Kedge.Tasks;
using Kedge.Tensors;

namespace Kedge.Experiments;

/// <summary>
/// One draw of a task that methods are compared on. A method is given <see cref="Task"/> alone, which holds no queries.
/// Does not own its tensors.
/// </summary>
/// <param name="Name">The task's name in tables, the same for all its draws.</param>
/// <param name="Shots">S, support images a class; <see langword="null"/> where classes have different numbers.</param>
/// <param name="Seed">The seed of the support set's draw; <see langword="null"/> where it is unknown.</param>
/// <param name="Model">The model that encoded it, for reports.</param>
/// <param name="ModelFingerprint">Identifies the feature space.</param>
/// <param name="Fingerprint">Identifies support images, queries, class names and templates.</param>
/// <param name="Task">What a method is fitted on.</param>
/// <param name="Query">The test images.</param>
internal sealed record ComparisonTask(
    string Name, int? Shots, int? Seed, string Model, string ModelFingerprint, string Fingerprint, FewShotTask Task, LabelledFeatures Query)
{
    /// <summary>
    /// The name of the result on <see cref="Query"/> in tables where a protocol has several;
    /// <see langword="null"/> where it has one.
    /// </summary>
    public string? Part { get; init; }

    /// <summary>Further splits that the fitted classifier is evaluated on; default none.</summary>
    internal IReadOnlyList<EvaluationSplit> Splits { get; init; } = [];

    /// <summary>How the classes arrive; <see langword="null"/> where all are there from the start.</summary>
    internal ClassStream? Stream { get; init; }

    /// <summary>Whether the harmonic mean of all splits is a result too.</summary>
    public bool HasHarmonicMean { get; init; }

    /// <summary>A task of features: its shots are known where all classes have equally many, its seed is not.</summary>
    /// <param name="task">The task; stays the caller's, who disposes it after this.</param>
    public static ComparisonTask Of(FeatureTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        int[] shots = [.. task.Task.CountShots().Distinct()];
        return new(task.Name, shots is [var even] ? even : null, Seed: null,
            task.Model ?? "an unnamed model", task.Fingerprint, Identify(task), task.Task, task.Query);
    }

    /// <summary>"clothing, 4 shots, seed 1".</summary>
    public override string ToString() =>
        $"{Name}{(Shots is { } shots ? $", {shots} {(shots == 1 ? "shot" : "shots")}" : "")}{(Seed is { } seed ? $", seed {seed}" : "")}";

    /// <summary>"4 shots".</summary>
    internal static string DescribeShots(int? shots) => shots switch { null => "uneven shots", 1 => "1 shot", _ => $"{shots} shots" };

    private static string Identify(FeatureTask task)
    {
        var (support, classes, anchors) = (task.Task.Support, task.Task.Classes, task.Task.Anchors);
        using var fingerprint = new FingerprintBuilder();
        return fingerprint.AppendJson(new
        {
            task.Fingerprint,
            classes.LogitScale,
            classes.Templates,
            support.Views,
            Anchors = anchors?.Names,
        })
            .Append([.. support.Images.Tensors, support.Labels, .. task.Query.Images.Tensors, task.Query.Labels, anchors?.Features])
            .Complete();
    }
}
