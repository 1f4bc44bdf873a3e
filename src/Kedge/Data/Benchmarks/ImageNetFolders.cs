namespace Kedge.Data.Benchmarks;

/// <summary>
/// ImageNet in CoOp's layout: <c>classnames.txt</c>, one line per class with its id and CLIP's name for it, and
/// <c>train/ID</c> and <c>val/ID</c>. The 50,000 images of <c>val</c> are the test split; published work often
/// validates on them too, which Kedge does not.
/// </summary>
internal static class ImageNetFolders
{
    internal static ImageDataset Read(string list, string images)
    {
        (string Id, string Name)[] classes =
            [.. TextRows.Read(list).Select(line => TextRows.Split(line, list, "a class's id and its name"))];
        var dataset = new DatasetBuilder(images, new([.. classes.Select(entry => entry.Id)], [.. classes.Select(entry => entry.Name)]));
        foreach (var (label, (id, _)) in classes.Index())
        {
            foreach (var (part, folder) in new[] { (DatasetSplit.Train, "train"), (DatasetSplit.Test, "val") })
                Add(dataset, part, Path.Combine(images, folder, id), label);
        }
        return dataset.Build();
    }

    private static void Add(DatasetBuilder dataset, DatasetSplit part, string folder, int label)
    {
        if (!Directory.Exists(folder))
            throw new KedgeException($"ImageNet is not whole: there is no {folder}; expected the images of a class.");
        var root = new FolderImages(folder);
        foreach (var path in root.Images.Order(StringComparer.Ordinal))
            dataset.Add(part, root.Find(path)!, label);
    }
}
