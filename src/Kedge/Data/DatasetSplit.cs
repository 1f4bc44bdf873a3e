namespace Kedge.Data;

/// <summary>What a part of a data set is for.</summary>
internal enum DatasetSplit { Train, Validation, Test }

internal static class DatasetSplits
{
    /// <summary>The names of parts that folders and files may use, in any case.</summary>
    internal const string Names = "train, val, valid, validation, test";

    internal static DatasetSplit? Parse(string name) => name.ToLowerInvariant() switch
    {
        "train" => DatasetSplit.Train,
        "val" or "valid" or "validation" => DatasetSplit.Validation,
        "test" => DatasetSplit.Test,
        _ => null,
    };
}
