using Kedge.Reports.Records;
using Kedge.Tasks;

namespace Kedge.Cli.Output;

/// <summary>Writes the description of a task of features as text or JSON.</summary>
internal static class FeatureTaskText
{
    /// <summary>A fact a line; or a JSON object.</summary>
    public static void WriteFeatureTask(this TextWriter output, string path, FeatureTask task, bool json)
    {
        var record = FeatureTaskRecord.From(path, task);
        if (json)
        {
            output.WriteJson(record);
            return;
        }
        output.WriteFacts(
            ("task", $"{path}, {record.Bytes:N0} bytes"),
            ("model", record.Model),
            ("classes", record.ClassNames.Count),
            ("feature width", record.FeatureWidth),
            ("support images", $"{record.Support} in {record.Views} view(s)"),
            ("query images", $"{record.Query}{LeftOutPhotos.Describe(record.LeftOut)}"),
            ("validation images", record.Validation),
            ("anchors", record.Anchors));
    }
}
