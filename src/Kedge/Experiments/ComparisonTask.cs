using Kedge.FewShot;
using Kedge.Tasks;
using Kedge.Tensors;

namespace Kedge.Experiments;

/// <summary>
/// One draw of a task that methods are compared on. A method is given <see cref="Task"/> alone, where queries have no place. Does not own its tensors.
/// </summary>
/// <param name="Name">The task's name in tables, the same for all its draws.</param>
/// <param name="Shots">S, support images a class; <see langword="null"/> where classes have different numbers.</param>
/// <param name="Seed">What drew the support images; <see langword="null"/> where nobody knows.</param>
/// <param name="Model">What encoded it, for reports.</param>
/// <param name="ModelFingerprint">Different for another feature space.</param>
/// <param name="Fingerprint">Different for any other support image, query, class name or template.</param>
/// <param name="Task">What a method learns from.</param>
/// <param name="Query">The images that accuracy is measured on.</param>
internal sealed record ComparisonTask(
    string Name, int? Shots, int? Seed, string Model, string ModelFingerprint, string Fingerprint, FewShotTask Task, LabelledFeatures Query)
{
    /// <summary>What tables call the result on <see cref="Query"/> where a protocol has several; <see langword="null"/> where it has one.</summary>
    public string? Part { get; init; }

    /// <summary>What the fitted classifier is tested on too; default nothing.</summary>
    internal IReadOnlyList<EvaluationSplit> Splits { get; init; } = [];

    /// <summary>Whether the harmonic mean of all parts is a result too.</summary>
    public bool HasHarmonicMean { get; init; }

    /// <summary>A task of features: its shots are what its classes have in common, its seed is not known.</summary>
    /// <param name="task">The task; stays the caller's and must outlive this.</param>
    public static ComparisonTask Of(FeatureTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        int[] shots = [.. task.Task.CountShots().Distinct()];
        return new(task.Name, shots is [var even] ? even : null, Seed: null, task.Model ?? "an unnamed model", task.Fingerprint, Identify(task), task.Task, task.Query);
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
        return fingerprint.AppendJson(new { task.Fingerprint, classes.LogitScale, classes.Templates, support.Views, Anchors = anchors?.Names })
            .Append([.. support.Images.Tensors, support.Labels, .. task.Query.Images.Tensors, task.Query.Labels, anchors?.Features]).Complete();
    }
}
