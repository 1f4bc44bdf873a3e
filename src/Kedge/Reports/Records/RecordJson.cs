using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kedge.Reports.Records;

/// <summary>
/// The JSON format of result records, common to all programs: one value on one line, names in camel case.
/// </summary>
internal static class RecordJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>A record, or a list of records, as JSON.</summary>
    public static string Write(object record) => JsonSerializer.Serialize(record, Options);
}
