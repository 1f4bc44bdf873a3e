using System.Text.Json.Serialization;
using Kedge.Experiments;

namespace Kedge.Reports.Records;

/// <summary>The results of a comparison.</summary>
/// <param name="Rows">One for each draw, method and split of the protocol.</param>
internal sealed record ComparisonRecord(IReadOnlyList<ComparisonRowRecord> Rows)
{
    public static ComparisonRecord From(IEnumerable<ComparisonRow> rows) => new([.. rows.Select(row => new ComparisonRowRecord(
        row.Part, row.Method, row.Task, row.Shots, row.Seed, row.Accuracy, row.BalancedAccuracy,
        row.FitSeconds, row.PredictSeconds, row.Selection, row.Error, row.LeftOut))]);
}

/// <summary>The result of one method on one draw.</summary>
/// <param name="Part">The split; absent where the protocol has one.</param>
/// <param name="Method">The method with its options.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Shots">S; null where classes have different numbers.</param>
/// <param name="Seed">The seed of the draw; null where unknown.</param>
/// <param name="Accuracy">Top-1, in per cent; this and the next four are null where the method failed.</param>
/// <param name="BalancedAccuracy">The mean of the classes' recalls, in per cent; null for the harmonic mean
/// too.</param>
/// <param name="FitSeconds">Excluding image encoding.</param>
/// <param name="PredictSeconds">For all queries, excluding image encoding.</param>
/// <param name="Selection">The data that hyper-parameters were selected on.</param>
/// <param name="Error">Why the method failed; null where it did not.</param>
/// <param name="LeftOut">Test images that were left out, as they cannot be read; absent where none was.</param>
internal sealed record ComparisonRowRecord(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Part, string Method, string Task, int? Shots,
    int? Seed, double? Accuracy, [property: JsonPropertyName("balanced_accuracy")] double? BalancedAccuracy,
    [property: JsonPropertyName("fit_seconds")] double? FitSeconds, [property: JsonPropertyName("predict_seconds")] double? PredictSeconds,
    string? Selection, string? Error,
    [property: JsonPropertyName("left_out"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int LeftOut);
