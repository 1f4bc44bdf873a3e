using System.Text.Json;

namespace Kedge.Data;

/// <summary>A row of a split or index file.</summary>
internal sealed record SplitRow(string Path, int Label, string ClassName);

/// <summary>
/// Reads <c>split_zhou_*.json</c>, the split files of CoOp (Zhou et al. 2022, "Learning to Prompt for
/// Vision-Language Models"), the standard of few-shot evaluation: <c>train</c>, <c>val</c> and <c>test</c>, each
/// rows of [path, label, class name].
/// </summary>
internal static class SplitFile
{
    internal static ImageDataset Read(string path, ImageRoot root, string? fewShotIndex)
    {
        var parts = JsonRows.Read(path, "a split file with train, val and test, rows of [path, label, class name]",
            json => new Dictionary<DatasetSplit, List<SplitRow>>
            {
                [DatasetSplit.Train] = Rows(json.GetProperty("train")),
                [DatasetSplit.Validation] = Rows(json.GetProperty("val")),
                [DatasetSplit.Test] = Rows(json.GetProperty("test")),
            });
        var classNames = ClassNames(path, [.. parts.Values.SelectMany(rows => rows)]);
        if (fewShotIndex is not null)
            FewShotIndex.Select(fewShotIndex, path, parts);

        var all = parts.SelectMany(part => part.Value.Select(row => (Part: part.Key, Row: row))).ToList();
        var dataset = new DatasetBuilder(path, classNames);
        foreach (var ((part, row), image) in all.Zip(root.FindAll([.. all.Select(item => item.Row.Path)], path)))
            dataset.Add(part, image, row.Label);
        return dataset.Build();
    }

    private static List<SplitRow> Rows(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(row => new SplitRow(row[0].Text(), row[1].GetInt32(), row[2].Text()))];

    private static string[] ClassNames(string path, List<SplitRow> rows)
    {
        var count = rows.Select(row => row.Label).Distinct().Count();
        var names = new string?[count];
        foreach (var row in rows)
        {
            if (row.Label < 0 || row.Label >= count)
                throw new KedgeException($"The split file {path} gives {row.Path} the label {row.Label}, which is out of range: " +
                    $"the file has {count} different labels, so expected 0 to {count - 1}; number the classes from 0 without gaps.");
            names[row.Label] ??= row.ClassName;
            if (names[row.Label] != row.ClassName)
                throw new KedgeException($"The split file {path} calls the label {row.Label} both '{names[row.Label]}' and " +
                    $"'{row.ClassName}'; expected one name for each label.");
        }
        return names!;
    }
}
