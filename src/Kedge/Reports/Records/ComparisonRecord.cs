using System.Text.Json.Serialization;
using Kedge.Experiments;

namespace Kedge.Reports.Records;

/// <summary>What a comparison has come to.</summary>
/// <param name="Rows">One for each draw and method, and for each part of the test that the protocol has.</param>
internal sealed record ComparisonRecord(IReadOnlyList<ComparisonRowRecord> Rows)
{
    public static ComparisonRecord From(IEnumerable<ComparisonRow> rows) => new([.. rows.Select(row => new ComparisonRowRecord(
        row.Part, row.Method, row.Task, row.Shots, row.Seed, row.Accuracy, row.FitSeconds, row.PredictSeconds, row.Selection, row.Error))]);
}

/// <summary>What one method came to on one draw.</summary>
/// <param name="Part">The part of the test; absent where the protocol has but one.</param>
/// <param name="Method">The method with its options.</param>
/// <param name="Task">The task's name.</param>
/// <param name="Shots">S; null where classes have different numbers.</param>
/// <param name="Seed">Of the draw; null where nobody knows.</param>
/// <param name="Accuracy">Top-1, in per cent; this and the next three are null where the method failed.</param>
/// <param name="FitSeconds">Features being at hand.</param>
/// <param name="PredictSeconds">For all queries, features being at hand.</param>
/// <param name="Selection">Which data chose the hyper-parameters.</param>
/// <param name="Error">Why the method failed; null where it did not.</param>
internal sealed record ComparisonRowRecord(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Part, string Method, string Task, int? Shots,
    int? Seed, double? Accuracy,
    [property: JsonPropertyName("fit_seconds")] double? FitSeconds, [property: JsonPropertyName("predict_seconds")] double? PredictSeconds,
    string? Selection, string? Error);
