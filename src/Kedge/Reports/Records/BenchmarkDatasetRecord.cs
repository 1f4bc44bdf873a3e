using Kedge.Data.Benchmarks;

namespace Kedge.Reports.Records;

/// <summary>One of the field's data sets, and whether it is at hand.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where it is expected.</param>
/// <param name="Classes">C.</param>
/// <param name="Train">Training images.</param>
/// <param name="Validation">Validation images.</param>
/// <param name="Test">Test images.</param>
/// <param name="Template">The sentence that class names are put into.</param>
/// <param name="Whole">Whether all of it is there.</param>
/// <param name="Lack">What is missing; null where nothing is.</param>
internal sealed record BenchmarkDatasetRecord(
    string Name, string Path, int Classes, int Train, int Validation, int Test, string Template, bool Whole, string? Lack)
{
    /// <summary>Looks for all of them.</summary>
    /// <param name="root">The folder that holds their folders.</param>
    public static IReadOnlyList<BenchmarkDatasetRecord> Find(string root) => [.. FieldDataset.All.Select(dataset => From(dataset, root))];

    private static BenchmarkDatasetRecord From(FieldDataset dataset, string root)
    {
        var lack = FindLack(dataset, root);
        return new(
            dataset.Name, System.IO.Path.Combine(root, dataset.Folder), dataset.ClassCount, dataset.Train, dataset.Validation, dataset.Test,
            dataset.Template.Text, lack is null, lack);
    }

    private static string? FindLack(FieldDataset dataset, string root)
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
