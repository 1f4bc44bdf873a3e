using System.Globalization;

namespace Kedge.Reports.Records;

/// <summary>A row of a CSV file, as RFC 4180 has it, with numbers as of no country.</summary>
internal static class CsvRow
{
    /// <summary>The cells on one line, without its end.</summary>
    public static string Write(params IEnumerable<object?> cells) => string.Join(',', cells.Select(Cell));

    private static string Cell(object? value)
    {
        var cell = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return cell.AsSpan().ContainsAny(",\"\n\r") ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell;
    }
}
