using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes results as JSON.</summary>
internal static class JsonOutput
{
    /// <summary>One record, or one list of records, on one line.</summary>
    public static void WriteJson(this TextWriter output, object record) => output.WriteLine(RecordJson.Write(record));
}
