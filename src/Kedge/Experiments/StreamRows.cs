using Kedge.Continual;
using Kedge.Evaluation;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>
/// The rows of a run over a stream: the accuracy on all classes at the end, its mean over the tasks, forgetting and
/// transfer, and the accuracy after each task.
/// </summary>
internal static class StreamRows
{
    internal const string Last = "last", Mean = "mean", Forgetting = "forgetting", Backward = "backward", Forward = "forward";
    private const string AfterTask = "after task ";

    /// <summary>The task that a row is of, from 1; <see langword="null"/> for other rows.</summary>
    internal static int? TaskOf(string? part) => part?.StartsWith(AfterTask, StringComparison.Ordinal) == true
        ? int.Parse(part.AsSpan(AfterTask.Length), System.Globalization.CultureInfo.InvariantCulture)
        : null;

    /// <summary>The rows before the run.</summary>
    internal static ComparisonRow[] Empty(ComparisonRow own, ComparisonTask task, ClassStream stream)
    {
        var labels = task.Query.Labels.cpu().data<long>().Select(label => (int)label).ToArray();
        string[] parts = [Last, Mean, Forgetting, Backward, Forward];
        return
        [
            .. parts.Select(part => own with { Part = part }),
            .. stream.Sizes.Select((_, t) =>
            {
                var seen = stream.Order.Take(stream.Sizes.Take(t + 1).Sum()).ToHashSet();
                return own with { Part = $"{AfterTask}{t + 1}", Queries = labels.Count(seen.Contains) };
            }),
        ];
    }

    /// <summary>Runs a method over the stream.</summary>
    /// <param name="empty">The rows before.</param>
    /// <param name="variant">The method.</param>
    /// <param name="task">The draw.</param>
    /// <param name="stream">How its classes arrive.</param>
    /// <param name="time">The clock for seconds.</param>
    /// <param name="fitting">Told of each step.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    internal static ComparisonRow[] Run(
        ComparisonRow[] empty, MethodVariant variant, ComparisonTask task, ClassStream stream, TimeProvider time,
        IProgress<FitProgress>? fitting, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var started = time.GetTimestamp();
        var (numbers, selection, results) = (0L, "", new List<EvaluationResult>());
        var accuracy = new StreamRun(variant.Method, stream.Of(task), stream.Memory, variant.Joint).Run(fitting, cancellation,
            (classifier, result) =>
            {
                (numbers, selection) = (classifier.State.Tensors.Values.Sum(tensor => tensor.numel()), classifier.State.Selection);
                results.Add(result);
            });
        var seconds = time.GetElapsedTime(started).TotalSeconds;
        double?[] figures = [accuracy.Last, accuracy.Mean, accuracy.Forgetting, accuracy.Backward, accuracy.Forward, .. accuracy.Overall];
        var rows = empty.Zip(figures, (row, figure) => figure is { } value
            ? row with { Accuracy = 100 * value, Selection = selection }
            : row with { Error = $"{variant.Method.Name} knows only the classes that it was fitted on." }).ToArray();
        rows[0] = rows[0] with
        {
            FitSeconds = seconds,
            Numbers = numbers,
            Correct = CorrectnessBits.Write(results[^1].Correct),
        };
        return rows;
    }
}
