using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes a list of data sets as text or JSON.</summary>
internal static class DatasetText
{
    /// <summary>A data set a line; or a JSON list.</summary>
    public static void WriteDatasets(this TextWriter output, IReadOnlyList<BenchmarkDatasetRecord> datasets, bool json)
    {
        if (json)
        {
            output.WriteJson(datasets);
            return;
        }
        output.WriteLine($"{"data set",-14}{"classes",8}{"train",11}{"val",8}{"test",8}  found");
        foreach (var dataset in datasets)
        {
            output.WriteLine(FormattableString.Invariant($"{dataset.Name,-14}{dataset.Classes,8:N0}{dataset.Train,11:N0}")
                + FormattableString.Invariant($"{dataset.Validation,8:N0}{dataset.Test,8:N0}  {dataset.Lack ?? "whole"}"));
        }
    }
}
