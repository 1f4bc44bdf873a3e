using Kedge.Evaluation;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>
/// The rows of a run: its own test images, each further <see cref="EvaluationSplit"/>, and the harmonic mean where the
/// protocol has one.
/// </summary>
internal static class SplitRows
{
    internal const string Harmonic = "harmonic";

    /// <summary>The rows of a run before its fit, without results: its own first.</summary>
    internal static ComparisonRow[] Empty(ComparisonRow own, ComparisonTask task) => task.Stream is { } stream
        ? StreamRows.Empty(own, task, stream) :
    [
        own with { Part = task.Part },
        .. task.Splits.Select(split => own with { Part = split.Part, Queries = split.Query.Count, LeftOut = split.Query.LeftOut }),
        .. task.HasHarmonicMean ? [own with { Part = Harmonic, Queries = own.Queries + task.Splits.Sum(split => split.Query.Count) }]
            : Array.Empty<ComparisonRow>(),
    ];

    /// <summary>The rows after the fit.</summary>
    /// <param name="empty">The rows before.</param>
    /// <param name="own">The first of them, filled.</param>
    /// <param name="classifier">The fitted classifier.</param>
    /// <param name="task">The task that it was fitted on.</param>
    /// <param name="time">The clock for seconds.</param>
    /// <param name="cancellation">Stops between two batches of queries.</param>
    internal static ComparisonRow[] Fill(
        ComparisonRow[] empty, ComparisonRow own, FewShotClassifier classifier,
        ComparisonTask task, TimeProvider time, CancellationToken cancellation)
    {
        var rows = (ComparisonRow[])[own, .. empty.Skip(1)];
        foreach (var (index, split) in task.Splits.Index())
        {
            var row = rows[index + 1] with { FitSeconds = own.FitSeconds, Selection = own.Selection };
            var started = time.GetTimestamp();
            rows[index + 1] = Evaluate(classifier, split, cancellation) is { } result
                ? row with
                {
                    Accuracy = 100 * result.Top1,
                    BalancedAccuracy = 100 * result.BalancedAccuracy,
                    PredictSeconds = time.GetElapsedTime(started).TotalSeconds,
                }
                : empty[index + 1] with { Error = $"{classifier.Method} knows only the classes that it was fitted on." };
        }
        if (task.HasHarmonicMean)
            rows[^1] = HarmonicMean(rows);
        return rows;
    }

    private static EvaluationResult? Evaluate(FewShotClassifier classifier, EvaluationSplit split, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        if (split is DistributionShift shift)
        {
            var places = tensor(shift.Places.Select(place => (long)place).ToArray());
            return Compute(shift.Query.LogitsBy(classifier, cancellation).index_select(1, places), shift.Query, shift.ClassNames);
        }
        var classes = ((NovelClasses)split).Classes;
        using var transferred = classifier.Transfer(classes);
        return transferred is null ? null : Compute(split.Query.LogitsBy(transferred, cancellation), split.Query, classes.Names);
    }

    private static EvaluationResult Compute(Tensor logits, LabelledFeatures query, IReadOnlyList<string> classNames) =>
        EvaluationResult.Compute(logits, [.. query.Labels.cpu().data<long>().Select(label => (int)label)], classNames);

    private static ComparisonRow HarmonicMean(ComparisonRow[] rows)
    {
        var parts = rows[..^1];
        if (Array.Find(parts, row => row.Error is not null) is { } failed)
            return rows[^1] with { Error = failed.Error };
        var mean = parts.Any(row => row.Accuracy == 0) ? 0 : parts.Length / parts.Sum(row => 1 / row.Accuracy!.Value);
        return rows[^1] with { Accuracy = mean, Selection = parts[0].Selection };
    }
}
