using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Fuzzing.Targets;

/// <summary>Inputs that users of other programs stumbled over; they lie beside the checkout, where they do.</summary>
internal static class CaseTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Cases("case-jpeg", Format.Jpeg, [".jpg", ".jpeg", ".jfif", ".jpe"], ImageTargets.Crop),
        Cases("case-png", Format.Png, [".png"], ImageTargets.Crop),
        Cases("case-zip", Format.Zip, [".zip"], input => DatasetTargets.ReadAll(DatasetReader.Open(input.Write("photos.zip")))),
        Cases("case-csv", Format.Csv, [".csv"], input => DatasetTargets.ReadAll(DatasetReader.Open(input.Write("photos.csv")))),
        Cases("case-split", Format.Json, ["split.json"], input => DatasetTargets.ReadAll(DatasetReader.Open(input.Write("split.json")))),
    ];

    private static FuzzTarget Cases(string name, Format format, string[] endings, Action<FuzzInput> read)
    {
        var files = SharedData.Exists && Directory.Exists(SharedData.Get("cases"))
            ? Directory.EnumerateFiles(SharedData.Get("cases"), "*",
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 })
                .Where(path => endings.Any(ending => path.EndsWith(ending,
                    StringComparison.OrdinalIgnoreCase))).Order(StringComparer.Ordinal).ToArray()
            : [];
        return new(name, format, () => [.. files.Select(File.ReadAllBytes).DistinctBy(Convert.ToHexString)], read)
        {
            Prepare = DatasetTargets.WritePhotos,
            Absent = files.Length == 0 ? "the folder ../shared/cases is not beside the checkout." : null,
            Share = 5,
        };
    }
}
