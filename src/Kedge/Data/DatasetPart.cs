namespace Kedge.Data;

/// <summary>What a part of a data set is for.</summary>
internal enum DatasetPart { Train, Validation, Test }

internal static class DatasetParts
{
    /// <summary>The names of parts that folders and files may use, in any case.</summary>
    internal const string Names = "train, val, valid, validation, test";

    internal static DatasetPart? Parse(string name) => name.ToLowerInvariant() switch
    {
        "train" => DatasetPart.Train,
        "val" or "valid" or "validation" => DatasetPart.Validation,
        "test" => DatasetPart.Test,
        _ => null,
    };
}
