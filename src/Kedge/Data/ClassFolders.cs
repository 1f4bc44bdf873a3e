using Kedge.Text;

namespace Kedge.Data;

/// <summary>
/// Reads a data set with one folder per class, or <c>train</c>, <c>val</c> and <c>test</c> folders with one folder per
/// class in each. Images may lie at any depth in their class's folder. Classes are the folders' names in ordinal order.
/// Without folders of splits, all images are training images.
/// </summary>
internal static class ClassFolders
{
    internal static ImageDataset Read(ImageRoot root, Func<IReadOnlyList<string>, ClassNaming> name, bool? hasParts)
    {
        var images = root.Images.Order(StringComparer.Ordinal).Select(path => path.Split('/')).ToList();
        if (images.Count == 0)
            return new DatasetBuilder(root.Origin, ClassNaming.Of([])).Build(root.Notes);
        var top = WrapperDepth(images);
        var parts = PartFolders.Find(root.Origin, images, top, hasParts);
        if (parts is null)
            RefusePartsOfClasses(root, images, top);
        var depths = parts?.Keys.ToDictionary(part => part, part => ClassDepth(images.Where(path => path[top] == part), top, parts[part]));

        string[] unlabelled = [.. (parts ?? []).Where(part => part.Value is null).Select(part => part.Key)];
        var labelled = unlabelled.Length == 0 ? images : images.FindAll(path => !unlabelled.Contains(path[top]));
        if (labelled.Find(path => path.Length < DepthOf(path) + 2) is { } stray)
            throw new KedgeException($"The image {string.Join('/', stray)} in {root.Origin} lies in no class's folder; " +
                "move it into the folder of its class, or away.");
        string[] folders = [.. root.Folders.Select(path => path.Split('/'))
            .Where(path => path.Take(top).SequenceEqual(images[0].Take(top)) && path.Length > top
                && (parts is null || parts.GetValueOrDefault(path[top]) is not null) && path.Length > DepthOf(path))
            .Concat(labelled).Select(path => path[DepthOf(path)]).Distinct().Order(StringComparer.Ordinal)];
        var labels = folders.Index().ToDictionary(folder => folder.Item, folder => folder.Index);
        var dataset = new DatasetBuilder(root.Origin, name(folders));
        foreach (var path in labelled)
            dataset.Add(parts?[path[top]] ?? DatasetSplit.Train, root.Find(string.Join('/', path))!, labels[path[DepthOf(path)]]);
        return dataset.Build([.. root.Notes, .. unlabelled.Select(part =>
            $"The {images.Count(path => path[top] == part)} images in '{part}' of {root.Origin} are for neither training, " +
            "validation nor test by the folder's name, and are left out.")]);

        int DepthOf(string[] path) => depths is null ? top : depths.GetValueOrDefault(path[top], top + 1);
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

    /// <summary>The depth of a part's classes, which may lie in a folder of the part's name again.</summary>
    private static int ClassDepth(IEnumerable<string[]> images, int top, DatasetSplit? part)
    {
        var (paths, depth) = (images.ToList(), top + 1);
        while (paths.TrueForAll(path => path.Length > depth + 2 && path[depth] == paths[0][depth])
            && DatasetSplits.Find(paths[0][depth]) is { Split: not null } again && again.Split == part)
            depth++;
        return depth;
    }

    /// <summary>Parts below classes would all be learned from.</summary>
    private static void RefusePartsOfClasses(ImageRoot root, List<string[]> images, int depth)
    {
        var below = images.Where(path => path.Length > depth + 2).Select(path => (Class: path[depth], Folder: path[depth + 1])).Distinct()
            .Where(pair => DatasetSplits.Parse(pair.Folder) is not null).GroupBy(pair => pair.Class, pair => pair.Folder);
        if (below.FirstOrDefault(folders => folders.DistinctBy(DatasetSplits.Parse).Count() > 1) is { } mixed)
            throw new KedgeException($"{root.Origin} has the parts '{mixed.First()}' and '{mixed.Last()}' in the folder '{mixed.Key}'; " +
                $"expected parts with a folder a class in each: lay its photos out as {mixed.First()}/{mixed.Key}/….");
    }
}
