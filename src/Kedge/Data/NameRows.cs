using System.Globalization;
using System.Text.Json;
using Kedge.Runtime;
using Kedge.Text;

namespace Kedge.Data;

/// <summary>A row of a list of names.</summary>
/// <param name="Fields">Ids and names.</param>
/// <param name="Whole">The row as one name.</param>
internal sealed record NameRow(IReadOnlyList<string> Fields, string Whole)
{
    /// <summary>Whether it may be a name without an id.</summary>
    internal bool IsOnlyName { get; init; }

    /// <summary>Whether it has further names of the class.</summary>
    internal bool HasSynonyms { get; init; }

    /// <summary>The name: the last field but that of the id.</summary>
    internal string NameBeside(int id) => Fields.Where((_, place) => place != id).LastOrDefault("");
}

/// <summary>
/// Reads lists of names: lines of an id and a name, or names (the first, where commas follow); CSV; or JSON, an object
/// from ids to names, or a list of names.
/// </summary>
internal static class NameRows
{
    private const string Expected = "a list of names: lines of an id and a name, or JSON from ids to names";
    private static readonly string[] NameColumns = ["name", "classname", "class_name", "words", "label"];

    /// <summary>The rows that are not empty; at least one.</summary>
    /// <exception cref="KedgeException">The file cannot be read, or holds nothing.</exception>
    internal static IReadOnlyList<NameRow> Read(string path)
    {
        List<NameRow> rows = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".json" => JsonRows.Read(path, Expected, OfJson),
            ".csv" => OfCsv(path, Lines(path)),
            _ => [.. Lines(path).Select(OfLine)],
        };
        return rows.Count > 0 ? rows : throw new KedgeException($"The list of names {path} is empty; expected {Expected}.");
    }

    private static List<string> Lines(string path)
    {
        try
        {
            return [.. UserFile.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The list of names {path} cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }

    private static NameRow OfLine(string line)
    {
        line = line.Trim();
        var end = line.IndexOfAny([' ', '\t', ',', ';']);
        if (end < 0)
            return new([line], First(line).Name) { IsOnlyName = !ClassNameList.Id().IsMatch(line) };
        var (name, more) = First(line[(end + 1)..].TrimStart(' ', '\t', ',', ';'));
        return new([line[..end], name], First(line).Name) { HasSynonyms = more, IsOnlyName = !ClassNameList.Id().IsMatch(line[..end]) };
    }

    private static List<NameRow> OfCsv(string path, List<string> lines)
    {
        var rows = lines.Select(line => CommaList.Split(line, path)).ToList();
        if (rows.All(row => row.Count <= 2))
            return [.. rows.Select(row => new NameRow(row, row[0]) { IsOnlyName = row.Count == 1 })];
        var header = rows[0].ConvertAll(column => column.ToLowerInvariant());
        var names = NameColumns.Select(column => header.IndexOf(column)).FirstOrDefault(place => place >= 0, -1);
        return names >= 0 ? [.. rows.Skip(1).Where(row => row.Count > names).Select(row => new NameRow([.. row, row[names]], row[names]))]
            : throw new KedgeException($"The list of names {path} has {header.Count} columns; expected two, an id and a name, " +
                "or a header in which one is called name.");
    }

    private static List<NameRow> OfJson(JsonElement json) => json.ValueKind == JsonValueKind.Object
        ? [.. json.EnumerateObject().Select(pair => OfValue(pair.Value, pair.Name))]
        : [.. json.EnumerateArray().Select((value, place) => value.ValueKind == JsonValueKind.String
            ? OfValue(value, place.ToString(CultureInfo.InvariantCulture)) with { IsOnlyName = true } : OfValue(value))];

    private static NameRow OfValue(JsonElement value, params IEnumerable<string> id)
    {
        List<string> texts = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(JsonRows.Text)] : [value.Text()];
        var (name, more) = First(texts[^1]);
        return new([.. id, .. texts.SkipLast(1), name], name) { HasSynonyms = more };
    }

    /// <summary>The first of names with commas between; in quotes, all of it.</summary>
    private static (string Name, bool More) First(string names)
    {
        if (names is ['"', .., '"'])
            return (names[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal), false);
        var comma = names.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? (names, false) : (names[..comma].TrimEnd(), true);
    }
}
