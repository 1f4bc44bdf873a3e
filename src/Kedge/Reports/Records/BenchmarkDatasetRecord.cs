using Kedge.Data.Benchmarks;

namespace Kedge.Reports.Records;

/// <summary>A benchmark data set, and whether it is present.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where it is expected.</param>
/// <param name="Classes">C.</param>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="Test">Test images.</param>
/// <param name="Template">The prompt template.</param>
/// <param name="Whole">Whether it is complete.</param>
/// <param name="Lack">What is missing; null where nothing is.</param>
internal sealed record BenchmarkDatasetRecord(
    string Name, string Path, int Classes, int Train, int Validation, int Test, string Template, bool Whole, string? Lack)
{
    /// <summary>Checks all benchmark data sets.</summary>
    /// <param name="root">The folder that holds their folders.</param>
    public static IReadOnlyList<BenchmarkDatasetRecord> Find(string root) =>
        [.. BenchmarkDataset.All.Select(dataset => From(dataset, root))];

    private static BenchmarkDatasetRecord From(BenchmarkDataset dataset, string root)
    {
        var lack = FindLack(dataset, root);
        return new(
            dataset.Name, System.IO.Path.Combine(root, dataset.Folder), dataset.ClassCount, dataset.Train, dataset.Validation, dataset.Test,
            dataset.Template.Text, lack is null, lack);
    }

    private static string? FindLack(BenchmarkDataset dataset, string root)
    {
        try
        {
            dataset.Open(root);
            return null;
        }
        catch (KedgeException e)
        {
            return e.Message;
        }
    }
}
