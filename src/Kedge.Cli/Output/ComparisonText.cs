using Kedge.Reports.Comparisons;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes a comparison as text or JSON.</summary>
internal static class ComparisonText
{
    /// <summary>The tables; or a JSON object with a row for each draw and method.</summary>
    public static void WriteComparison(this TextWriter output, ComparisonReport report, bool json)
    {
        if (json)
            output.WriteJson(ComparisonRecord.From(report.Rows));
        else
            output.Write(report.Tables);
    }
}
