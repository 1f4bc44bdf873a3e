using System.Text;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Changes the cells, rows, separators and line ends of a table.</summary>
internal static class CsvCells
{
    private static readonly string[] Cells =
    [
        "", " ", "\"", "\"\"", "\"a\nb\"", "\"a,b\"", "\"a\"b", "a\"b", "path", "label", "PATH", "-1", "2147483648", "1e3", "0", "1",
        "null", "\\",
        "a\\0.png", "../a/0.png", "/dev/zero", "/", ".", "a", "con", "\0", "\u001b[2J", "é", "\uFEFFpath", "=1", "train", "valid",
        new('x', 70_000),
    ];

    private static readonly string[] Separators = [";", "\t", "|", ", ", ",,", " "];
    private static readonly string[] LineEnds = ["\r\n", "\r", "\n\n", "\u2028", "\0"];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var rows = Encoding.Latin1.GetString(input).Split('\n').Select(row => row.Split(',').ToList()).ToList();
        var row = draw.Pick(rows);
        var at = draw.Below(row.Count);
        var (separator, lineEnd) = (",", "\n");
        switch (draw.Below(9))
        {
            case 0:
                separator = draw.Pick(Separators);
                break;
            case 1:
                lineEnd = draw.Pick(LineEnds);
                break;
            case 2:
                rows.Insert(draw.Below(rows.Count), [.. row]);
                break;
            case 3:
                rows.Remove(row);
                break;
            case 4:
                row.RemoveAt(at);
                break;
            case 5:
                row.Insert(at, draw.Pick(Cells));
                break;
            case 6:
                row[at] = draw.Pick(draw.Pick(rows));
                break;
            default:
                row[at] = draw.Pick(Cells);
                break;
        }
        return Encoding.Latin1.GetBytes(string.Join(lineEnd, rows.Select(cells => string.Join(separator, cells))));
    }
}
