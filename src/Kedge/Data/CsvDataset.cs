using System.Globalization;
using Kedge.Text;

namespace Kedge.Data;

/// <summary>
/// Reads a CSV file with the columns <c>path</c>, <c>label</c> and, optionally, <c>split</c> (empty: train); further
/// columns are ignored. Labels that are all integers must be 0 to C − 1 and name the classes too; otherwise labels are
/// class names, in ordinal order.
/// </summary>
internal static class CsvDataset
{
    private sealed record Row(long Line, string Path, string Label, DatasetSplit Part);

    internal static ImageDataset Read(string path, ImageRoot root, Func<IReadOnlyList<string>, ClassNaming> name)
    {
        var rows = ReadRows(path);
        var (classNames, labels) = Numbers(path, rows) is { } numbers ? (Counted(numbers), numbers) : Named(rows);
        var images = root.FindAll([.. rows.Select(row => row.Path)], path);
        var dataset = new DatasetBuilder(path, name(classNames));
        for (var i = 0; i < rows.Count; i++)
            dataset.Add(rows[i].Part, images[i], labels[i]);
        return dataset.Build(root.Notes);
    }

    private static string[] Counted(int[] numbers) =>
        [.. numbers.Distinct().Order().Select(number => number.ToString(CultureInfo.InvariantCulture))];

    private static (string[] ClassNames, int[] Labels) Named(List<Row> rows)
    {
        string[] classNames = [.. rows.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        return (classNames, [.. rows.Select(row => Array.BinarySearch(classNames, row.Label, StringComparer.Ordinal))]);
    }

    /// <summary>The labels as numbers, or null where one of them is a name.</summary>
    private static int[]? Numbers(string path, List<Row> rows)
    {
        var numbers = new int[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            if (!int.TryParse(rows[i].Label, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        var count = numbers.Distinct().Count();
        var wrong = Array.FindIndex(numbers, number => number < 0 || number >= count);
        return wrong < 0
            ? numbers
            : throw new KedgeException($"Line {rows[wrong].Line} of {path} has the label {rows[wrong].Label}, which is out of range: the " +
                $"file has {count} different labels, so expected 0 to {count - 1}; number the classes from 0 without gaps, or use names.");
    }

    private static List<Row> ReadRows(string path) => CsvRows.Read(path, ["path", "label"], "path, label and, if wished, split", csv =>
        ReadRow(path, csv.LineNumber, csv.GetString("path"), csv.GetString("label"),
            csv.TryGetFieldIndex("split", out var split) ? csv.GetString(split) : ""));

    private static Row ReadRow(string path, long line, string image, string label, string split)
    {
        if (image.Length == 0 || label.Length == 0)
            throw new KedgeException($"Line {line} of {path} has the path '{image}' and the label '{label}'; expected both: " +
                "complete the line, or take it away.");
        var part = split.Length == 0 ? DatasetSplit.Train : DatasetSplits.Parse(split)
            ?? throw new KedgeException($"Line {line} of {path} has the split '{split}'; expected one of {DatasetSplits.Names}.");
        return new Row(line, image, label, part);
    }
}
