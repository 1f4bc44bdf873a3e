using System.Text.RegularExpressions;

namespace Kedge.Data;

/// <summary>What a name says of a part of a data set.</summary>
/// <param name="Split">The split; null for images without labels, which are neither learned from nor measured on.
/// </param>
/// <param name="Rest">The other words of the name, such as <c>seg</c> of <c>seg_train</c>; empty for none.</param>
internal sealed record SplitName(DatasetSplit? Split, string Rest);

/// <summary>
/// The words for splits, the same in folders, zips, CSV columns and JSON keys: in any case, alone or with other words
/// (<c>Train_Set</c>, <c>test-images</c>, <c>seg_train</c>).
/// </summary>
internal static partial class DatasetSplits
{
    /// <summary>The usual words, for messages.</summary>
    internal const string Names = "train, val, valid, validation, dev, test";

    private static readonly string[] Fillers =
        ["set", "data", "dataset", "split", "part", "folder", "images", "image", "imgs", "img", "photos", "pictures"];

    private static readonly Dictionary<string, DatasetSplit?> Words = Table(
        (DatasetSplit.Train, ["train", "training", "trn"]),
        (DatasetSplit.Validation, ["val", "valid", "validation", "validating", "validate", "dev", "development", "eval", "evaluation"]),
        (DatasetSplit.Test, ["test", "testing", "tst"]),
        (null, ["pred", "predict", "prediction", "predictions", "unlabeled", "unlabelled"]));

    /// <summary>The split that a name means, where it means nothing else.</summary>
    internal static DatasetSplit? Parse(string name) => Find(name) is { Rest: "" } found ? found.Split : null;

    /// <summary>What a name says of a part; null where it has no such word, or several.</summary>
    internal static SplitName? Find(string name)
    {
        var words = Separator().Split(name).Select(word => word.ToLowerInvariant()).Where(word => word.Length > 0).ToList();
        var (meant, others) = (words.Where(word => Word(word) is not null).ToList(), words.Where(word => Word(word) is null));
        return meant is [var one] ? new(Words[Word(one)!], string.Join(' ', others.Except(Fillers))) : null;
    }

    /// <summary>The word of a split, alone or joined with another, as in <c>trainset</c>.</summary>
    private static string? Word(string word) => Words.ContainsKey(word) ? word
        : Fillers.Where(filler => word.EndsWith(filler, StringComparison.Ordinal)).Select(filler => word[..^filler.Length])
            .FirstOrDefault(Words.ContainsKey);

    private static Dictionary<string, DatasetSplit?> Table(params (DatasetSplit? Split, string[] Words)[] rows) =>
        rows.SelectMany(row => row.Words.Select(word => (word, row.Split))).ToDictionary(pair => pair.word, pair => pair.Split);

    /// <summary>What is no letter, before digits, and where lower case turns upper, as in <c>TrainSet</c>.</summary>
    [GeneratedRegex(@"[^\p{L}\p{N}]+|(?<=\p{L})(?=\p{N})|(?<=\p{Ll})(?=\p{Lu})")]
    private static partial Regex Separator();
}
