using Kedge.Text;

namespace Kedge.Data.Benchmarks;

/// <summary>
/// FGVC Aircraft in its published layout: <c>images_variant_train.txt</c>, <c>_val</c> and <c>_test</c>, one line per
/// image with its number and its variant, and <c>variants.txt</c>, the class names in order.
/// </summary>
internal static class AircraftLists
{
    internal static ImageDataset Read(string folder, string images)
    {
        var names = TextRows.Read(Path.Combine(folder, "variants.txt"));
        var labels = names.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        var (dataset, root) = (new DatasetBuilder(folder, ClassNaming.Of(names)), new FolderImages(images));
        foreach (var (part, word) in new[] { (DatasetSplit.Train, "train"), (DatasetSplit.Validation, "val"), (DatasetSplit.Test, "test") })
        {
            var list = Path.Combine(folder, $"images_variant_{word}.txt");
            (string Image, string Variant)[] rows =
                [.. TextRows.Read(list).Select(line => TextRows.Split(line, list, "an image's number and its variant"))];
            foreach (var (image, (_, variant)) in root.FindAll([.. rows.Select(row => $"{row.Image}.jpg")], list).Zip(rows))
            {
                dataset.Add(part, image, labels.TryGetValue(variant, out var label) ? label
                    : throw new KedgeException(
                        $"{list} names the variant '{variant}', which is not in variants.txt; get the data set again."));
            }
        }
        return dataset.Build();
    }
}
