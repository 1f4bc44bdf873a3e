namespace Kedge.Data;

/// <summary>
/// Reads a data set with one folder per class, or <c>train</c>, <c>val</c> and <c>test</c> folders with one folder per
/// class in each. Images may lie at any depth in their class's folder. Classes are the folders' names in ordinal order.
/// Without folders of splits, all images are training images.
/// </summary>
internal static class ClassFolders
{
    internal static ImageDataset Read(ImageRoot root)
    {
        var images = root.Images.Order(StringComparer.Ordinal).Select(path => path.Split('/')).ToList();
        var folders = root.Folders.Select(path => path.Split('/')).ToList();
        if (images.Count == 0)
            return new DatasetBuilder(root.Origin, []).Build();
        var top = WrapperDepth(images);
        var hasSplits = HasSplits(root, images.Select(path => path[top]).Where((_, i) => images[i].Length > top + 1).Distinct().ToList());
        var classDepth = hasSplits ? top + 1 : top;

        if (images.Find(path => path.Length < classDepth + 2) is { } stray)
            throw new KedgeException($"The image {string.Join('/', stray)} in {root.Origin} lies in no class's folder; " +
                "move it into the folder of its class, or away.");
        string[] classNames = [.. folders
            .Where(path => path.Length == classDepth + 1 && path.Take(top).SequenceEqual(images[0].Take(top))
                && (!hasSplits || DatasetSplits.Parse(path[top]) is not null))
            .Select(path => path[classDepth])
            .Distinct()
            .Order(StringComparer.Ordinal)];
        var labels = classNames.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label);
        var dataset = new DatasetBuilder(root.Origin, classNames);
        foreach (var path in images)
        {
            var part = hasSplits ? DatasetSplits.Parse(path[top])!.Value : DatasetSplit.Train;
            dataset.Add(part, root.Find(string.Join('/', path))!, labels[path[classDepth]]);
        }
        return dataset.Build();
    }

    /// <summary>The number of enclosing folders that hold everything; zips often have one.</summary>
    private static int WrapperDepth(List<string[]> images)
    {
        var depth = 0;
        while (images.TrueForAll(path => path.Length > depth + 2 && path[depth] == images[0][depth])
            && DatasetSplits.Parse(images[0][depth]) is null)
            depth++;
        return depth;
    }

    /// <summary>
    /// Whether the top folders are splits. A single such name may be a class (a train), so that all must be.
    /// </summary>
    private static bool HasSplits(ImageRoot root, List<string> topFolders)
    {
        var others = topFolders.Where(name => DatasetSplits.Parse(name) is null).ToList();
        var parts = topFolders.Except(others).ToList();
        if (parts.Count >= 2 && others.Count > 0)
            throw new KedgeException($"{root.Origin} has the folder '{others[0]}' beside '{parts[0]}' and '{parts[1]}'; " +
                $"expected either a folder a class, or folders of parts alone ({DatasetSplits.Names}): move it away.");
        return parts.Count > 0 && others.Count == 0;
    }
}
