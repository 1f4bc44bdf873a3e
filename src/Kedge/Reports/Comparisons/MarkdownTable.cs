using System.Text;
using Kedge.Text;

namespace Kedge.Reports.Comparisons;

/// <summary>
/// Rows of cells as a table of Markdown that reads well as plain text too: columns have one width, all but
/// the first are aligned right.
/// </summary>
internal static class MarkdownTable
{
    /// <summary>Writes a table, a line a row.</summary>
    /// <param name="rows">The headings first; all rows of one length.</param>
    public static string Write(params IReadOnlyList<IReadOnlyList<string>> rows)
    {
        string[][] cells =
            [.. rows.Select(row => row.Select(cell => Printable.Escape(cell).Replace("|", "\\|", StringComparison.Ordinal)).ToArray())];
        int[] widths = [.. cells[0].Select((_, column) => cells.Max(row => row[column].Length))];
        var text = new StringBuilder();
        void Line(IEnumerable<string> row) => text.Append("| ").AppendJoin(" | ", row.Select(Pad)).Append(" |\n");
        string Pad(string cell, int column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]);

        Line(cells[0]);
        text.Append('|')
            .AppendJoin('|', widths.Select((width, c) => c == 0 ? new string('-', width + 2) : $"{new string('-', width + 1)}:"))
            .Append("|\n");
        foreach (var row in cells.Skip(1))
            Line(row);
        return text.ToString();
    }
}
