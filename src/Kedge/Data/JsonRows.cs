using System.Text.Json;
using Kedge.Runtime;

namespace Kedge.Data;

/// <summary>Reads JSON files of rows; an error states the expected content.</summary>
internal static class JsonRows
{
    internal static T Read<T>(string path, string expected, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(UserFile.ReadAllText(path));
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException
            or InvalidOperationException or FormatException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new KedgeException($"The file {path} is not what was expected, {expected}; take an undamaged copy, or another file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The file {path} cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }

    /// <summary>A required string.</summary>
    internal static string Text(this JsonElement json) => json.GetString() ?? throw new FormatException("a string is null");
}
