using System.Text.Json;

namespace Kedge.Data;

/// <summary>
/// Reads few-shot index files, as published with results (<c>shot_4-seed_1.json</c>): the images of <c>train</c> and
/// <c>val</c> sampled for one number of shots and one seed. Paths are absolute on their author's disk; their ends match
/// those of the split file.
/// </summary>
internal static class FewShotIndex
{
    /// <summary>Restricts the training and validation splits to the images of the index, in its order.</summary>
    internal static void Select(string path, string splitFile, Dictionary<DatasetSplit, List<SplitRow>> parts)
    {
        var (train, validation) =
            JsonRows.Read(path, "a few-shot index with train and val, each with data: rows of impath, label, classname",
                json => (Rows(json.GetProperty("train")), Rows(json.GetProperty("val"))));
        parts[DatasetSplit.Train] = Pick(train, parts[DatasetSplit.Train], "train");
        parts[DatasetSplit.Validation] = Pick(validation, parts[DatasetSplit.Validation], "val");

        List<SplitRow> Pick(List<SplitRow> picked, List<SplitRow> rows, string part)
        {
            var byPath = rows.DistinctBy(row => Slashed(row)).ToDictionary(Slashed, StringComparer.Ordinal);
            return [.. picked.Select(row => Endings(Slashed(row))
                .Select(ending => byPath.GetValueOrDefault(ending)).FirstOrDefault(found => found?.Label == row.Label)
                ?? throw new KedgeException($"The few-shot index {path} picks {row.Path} with the label {row.Label}, " +
                    $"and the part {part} of {splitFile} has no such row; take the index that was made for this split."))];
        }
    }

    private static string Slashed(SplitRow row) => row.Path.Replace('\\', '/');

    private static List<SplitRow> Rows(JsonElement part) =>
        [.. part.GetProperty("data").EnumerateArray().Select(row =>
            new SplitRow(row.GetProperty("impath").Text(), row.GetProperty("label").GetInt32(), row.GetProperty("classname").Text()))];

    /// <summary>The suffixes of a path, the longest first: the path, then without its first folders.</summary>
    private static IEnumerable<string> Endings(string path)
    {
        for (var rest = path; ; rest = rest[(rest.IndexOf('/', StringComparison.Ordinal) + 1)..])
        {
            yield return rest;
            if (!rest.Contains('/', StringComparison.Ordinal))
                yield break;
        }
    }
}
