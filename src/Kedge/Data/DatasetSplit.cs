namespace Kedge.Data;

/// <summary>A split of a data set: training, validation or test.</summary>
internal enum DatasetSplit { Train, Validation, Test }

internal static class DatasetSplits
{
    /// <summary>The names of splits in folders and files, in any case.</summary>
    internal const string Names = "train, val, valid, validation, test";

    internal static DatasetSplit? Parse(string name) => name.ToLowerInvariant() switch
    {
        "train" => DatasetSplit.Train,
        "val" or "valid" or "validation" => DatasetSplit.Validation,
        "test" => DatasetSplit.Test,
        _ => null,
    };
}
