namespace Kedge.Data;

/// <summary>A split of a data set: training, validation or test.</summary>
internal enum DatasetSplit { Train, Validation, Test }
