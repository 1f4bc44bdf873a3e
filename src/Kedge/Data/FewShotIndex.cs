using System.Text.Json;

namespace Kedge.Data;

/// <summary>
/// Reads the few-shot index files that published results were made with (<c>shot_4-seed_1.json</c>): the images of <c>train</c> and <c>val</c> that
/// one number of shots and one seed drew. Their paths begin somewhere on their author's disk and end as those of the split file.
/// </summary>
internal static class FewShotIndex
{
    /// <summary>Leaves in the training and validation parts the images that the index picks, in its order.</summary>
    internal static void Select(string path, string splitFile, Dictionary<DatasetSplit, List<SplitRow>> parts)
    {
        var (train, validation) = JsonRows.Read(path, "a few-shot index with train and val, each with data: rows of impath, label, classname",
            json => (Rows(json.GetProperty("train")), Rows(json.GetProperty("val"))));
        parts[DatasetSplit.Train] = Pick(train, parts[DatasetSplit.Train], "train");
        parts[DatasetSplit.Validation] = Pick(validation, parts[DatasetSplit.Validation], "val");

        List<SplitRow> Pick(List<SplitRow> picked, List<SplitRow> rows, string part)
        {
            var byPath = rows.DistinctBy(row => row.Path).ToDictionary(row => row.Path, StringComparer.Ordinal);
            return [.. picked.Select(row => Endings(row.Path).Select(ending => byPath.GetValueOrDefault(ending)).FirstOrDefault(found => found?.Label == row.Label)
                ?? throw new KedgeException($"The few-shot index {path} picks {row.Path} with the label {row.Label}, and the part {part} of {splitFile} has no such row; take the index that was made for this split."))];
        }
    }

    private static List<SplitRow> Rows(JsonElement part) =>
        [.. part.GetProperty("data").EnumerateArray().Select(row =>
            new SplitRow(row.GetProperty("impath").Text(), row.GetProperty("label").GetInt32(), row.GetProperty("classname").Text()))];

    /// <summary>The path, and what is left of it as folders fall off its front.</summary>
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
