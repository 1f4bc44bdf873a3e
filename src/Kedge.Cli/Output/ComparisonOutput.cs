using Kedge.Reports.Comparisons;

namespace Kedge.Cli.Output;

/// <summary>How a comparison looks on standard output.</summary>
internal static class ComparisonOutput
{
    /// <summary>The tables; or a JSON object with a row for each draw and method.</summary>
    public static void WriteComparison(this TextWriter output, ComparisonReport report, bool json)
    {
        if (!json)
        {
            output.Write(report.Tables);
            return;
        }
        var parts = report.Rows.Any(row => row.Part is not null);
        output.WriteJson(new
        {
            rows = report.Rows.Select(row => new Dictionary<string, object?>((IEnumerable<KeyValuePair<string, object?>>)(parts ? [new("part", row.Part)] : []))
            {
                ["method"] = row.Method,
                ["task"] = row.Task,
                ["shots"] = row.Shots,
                ["seed"] = row.Seed,
                ["accuracy"] = row.Accuracy,
                ["fit_seconds"] = row.FitSeconds,
                ["predict_seconds"] = row.PredictSeconds,
                ["selection"] = row.Selection,
                ["error"] = row.Error,
            }),
        });
    }
}
