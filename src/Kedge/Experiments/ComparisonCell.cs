using Kedge.FewShot;

namespace Kedge.Experiments;

/// <summary>A cell of a table: one method on all draws of a task that have the same number of shots.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Method">The method, as <see cref="MethodVariant.Text"/>.</param>
/// <param name="Shots">S; <see langword="null"/> where classes have different numbers.</param>
/// <param name="Finished">Draws on which the method gave a result.</param>
/// <param name="Failed">Draws on which it failed.</param>
/// <param name="Mean">Mean top-1 accuracy of those finished, in per cent; <see langword="null"/>
/// where there is none.</param>
/// <param name="Deviation">The sample standard deviation (divided by n − 1), in points; <see langword="null"/>
/// below two results.</param>
/// <param name="FitSeconds">Mean seconds to fit.</param>
/// <param name="PredictSeconds">Mean seconds to classify all queries.</param>
/// <param name="Selections">Which data chose the hyper-parameters, each once.</param>
internal sealed record ComparisonCell(
    string Task, string Method, int? Shots, int Finished, int Failed, double? Mean,
    double? Deviation, double? FitSeconds, double? PredictSeconds,
    IReadOnlyList<string> Selections)
{
    /// <summary>What the method was evaluated on, as <see cref="ComparisonRow.Part"/>.</summary>
    public string? Part { get; init; }

    /// <summary>Mean balanced accuracy, in per cent; <see langword="null"/> where rows have none.</summary>
    public double? BalancedMean { get; init; }

    /// <summary>Aggregates rows by task, method, shots and part, in the order of their first rows.</summary>
    /// <param name="rows">The rows of a comparison.</param>
    public static IReadOnlyList<ComparisonCell> Aggregate(IEnumerable<ComparisonRow> rows) =>
        [.. rows.GroupBy(row => (row.Task, row.Method, row.Shots, row.Part)).Select(group => Aggregate([.. group]))];

    private static ComparisonCell Aggregate(List<ComparisonRow> rows)
    {
        var finished = rows.FindAll(row => row.Error is null);
        double[] accuracies = [.. finished.Select(row => row.Accuracy!.Value)];
        double? mean = accuracies.Length > 0 ? accuracies.Average() : null;
        return new(rows[0].Task, rows[0].Method, rows[0].Shots, finished.Count, rows.Count - finished.Count,
            mean, SampleDeviation(accuracies), finished.Average(row => row.FitSeconds), finished.Average(row => row.PredictSeconds),
            [.. finished.Select(row => row.Selection!).Distinct()])
        {
            Part = rows[0].Part,
            BalancedMean = finished.Average(row => row.BalancedAccuracy),
        };
    }

    private static double? SampleDeviation(double[] values)
    {
        if (values.Length < 2)
            return null;
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
