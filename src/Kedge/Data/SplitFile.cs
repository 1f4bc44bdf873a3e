using System.Globalization;
using System.Text.Json;
using Kedge.Text;

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
    internal static ImageDataset Read(string path, ImageRoot root, string? fewShotIndex, Func<IReadOnlyList<string>, ClassNaming>? name)
    {
        var parts = JsonRows.Read(path, "a split file with train, val and test, rows of [path, label, class name]",
            json => ReadParts(path, json));
        var classNames = ClassNames(path, [.. parts.Values.SelectMany(rows => rows)]);
        if (fewShotIndex is not null)
            FewShotIndex.Select(fewShotIndex, path, parts);

        var all = parts.SelectMany(part => part.Value.Select(row => (Part: part.Key, Row: row))).ToList();
        var dataset = new DatasetBuilder(path, Classes(classNames, name));
        foreach (var ((part, row), image) in all.Zip(root.FindAll([.. all.Select(item => item.Row.Path)], path)))
            dataset.Add(part, image, row.Label);
        return dataset.Build(root.Notes);
    }

    /// <summary>The parts, by any of their names.</summary>
    private static Dictionary<DatasetSplit, List<SplitRow>> ReadParts(string path, JsonElement json)
    {
        var parts = new Dictionary<DatasetSplit, List<SplitRow>>();
        foreach (var part in json.EnumerateObject())
        {
            if (DatasetSplits.Parse(part.Name) is { } split && !parts.TryAdd(split, Rows(part.Value)))
                throw new KedgeException($"The split file {path} has the part {part.Name} twice under two names; expected each once.");
        }
        return parts.Count == Enum.GetValues<DatasetSplit>().Length ? parts : throw new KeyNotFoundException("a part is missing");
    }

    /// <summary>A class is its label, and its name may be another's too.</summary>
    private static ClassNaming Classes(string[] classNames, Func<IReadOnlyList<string>, ClassNaming>? name)
    {
        string[] labels = [.. Enumerable.Range(0, classNames.Length).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        return name is null ? new(labels, classNames) : name(classNames.Distinct().Count() == classNames.Length ? classNames : labels);
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
