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
        string[] ids = [.. classes.Select(entry => entry.Id)];
        return dataset.Build([
            .. Add(dataset, DatasetSplit.Train, Path.Combine(images, "train"), ids),
            .. Add(dataset, DatasetSplit.Test, Path.Combine(images, "val"), ids)]);
    }

    /// <summary>Adds the images of a part; what was left out of it, in sentences.</summary>
    private static IReadOnlyList<string> Add(DatasetBuilder dataset, DatasetSplit part, string folder, string[] ids)
    {
        if (ids.Select(id => Path.Combine(folder, id)).FirstOrDefault(path => !Directory.Exists(path)) is { } missing)
            throw new KedgeException($"ImageNet is not whole: there is no {missing}; expected the images of a class.");
        var root = new FolderImages(folder);
        var images = root.Images.Order(StringComparer.Ordinal).ToLookup(path => path.Split('/')[0]);
        foreach (var (label, id) in ids.Index())
        {
            foreach (var path in images[id])
                dataset.Add(part, root.Find(path)!, label);
        }
        return root.Notes;
    }
}
