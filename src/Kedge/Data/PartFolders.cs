namespace Kedge.Data;

/// <summary>Tells folders of parts (train, val, test) from folders of classes; where in doubt it asks.</summary>
internal static class PartFolders
{
    private const string Stated = "say what they are (--folders parts or --folders classes)";
    private const string Expected = $"expected either a folder a class, or folders of parts alone ({DatasetSplits.Names})";

    /// <summary>
    /// The parts of the folders at a depth (null for one without labels); null where the folders are classes. Parts
    /// are all folders or none: a single one of such a name may be a class (a train).
    /// </summary>
    /// <param name="origin">The data set, for messages.</param>
    /// <param name="images">The paths of all images, split at the separators.</param>
    /// <param name="depth">The depth of the folders.</param>
    /// <param name="hasParts">What the user says; null is nothing.</param>
    /// <exception cref="KedgeException">Some folders are named as parts and others are not, or two mean one part.
    /// </exception>
    internal static Dictionary<string, DatasetSplit?>? Find(string origin, List<string[]> images, int depth, bool? hasParts)
    {
        if (hasParts is false)
            return null;
        var folders = images.Where(path => path.Length > depth + 1).Select(path => path[depth]).Distinct().ToList();
        var names = folders.Select(folder => (Folder: folder, Name: DatasetSplits.Find(folder))).ToList();
        if (hasParts is true)
            return OneEach(origin, WithTrain(origin, names));
        var splits = names.Select(part => part.Name?.Split).OfType<DatasetSplit>().Distinct().Count();
        var rests = names.Select(part => part.Name?.Rest).Distinct().ToList();
        if (rests is ["", ..] or [not null, ..] && rests.Count == 1 && splits >= (rests[0]!.Length == 0 ? 1 : 2))
            return OneEach(origin, names.Select(part => (part.Folder, part.Name!.Split)));
        var alone = names.Where(part => part.Name is { Rest: "", Split: not null }).Select(part => part.Folder).ToList();
        if (alone.Count >= 2)
            throw new KedgeException($"{origin} has the folder '{folders.Except(alone).First()}' beside '{alone[0]}' and '{alone[1]}'; " +
                $"{Expected}: {Stated}, or move it away.");
        var doubt = alone is [var one] ? Sibling(one, folders, images, depth) : Sibling(names);
        return doubt is not var (part, sibling) ? null
            : throw new KedgeException($"{origin} has the folders '{part}' and '{sibling}', and '{part}' may be a part or a class; " +
                $"{Expected}: {Stated}, or move or rename one.");
    }

    /// <summary>
    /// The folders' splits, where the user says that they are parts: the only one that is not named as a part is for
    /// training where no other is; else such folders are left out.
    /// </summary>
    private static IEnumerable<(string Folder, DatasetSplit? Split)> WithTrain(string origin, List<(string Folder, SplitName? Name)> names)
    {
        string[] unnamed = [.. names.Where(part => part.Name is null).Select(part => part.Folder)];
        var hasTrain = names.Exists(part => part.Name is { Split: DatasetSplit.Train });
        if (!hasTrain && unnamed.Length > 1)
            throw new KedgeException($"{origin} has no folder named as the training part, which '{unnamed[0]}' or '{unnamed[1]}' may be; " +
                $"expected one folder a part ({DatasetSplits.Names}): rename it, or leave --folders parts away.");
        return names.Select(part => (part.Folder, part.Name is null && !hasTrain ? DatasetSplit.Train : part.Name?.Split));
    }

    /// <summary>One folder a part; those of none aside.</summary>
    private static Dictionary<string, DatasetSplit?> OneEach(string origin, IEnumerable<(string Folder, DatasetSplit? Split)> parts)
    {
        var splits = parts.ToDictionary(part => part.Folder, part => part.Split);
        var twice = splits.GroupBy(part => part.Value, part => part.Key).FirstOrDefault(same => same.Key is not null && same.Count() > 1);
        return twice is null ? splits
            : throw new KedgeException($"{origin} has the folders '{twice.First()}' and '{twice.Last()}', which are " +
                "both named as one part; expected one folder a part: put them together, or move one away.");
    }

    /// <summary>A folder beside one named as a part, which a train without folders of classes is not.</summary>
    private static (string Part, string Sibling)? Sibling(string part, List<string> folders, List<string[]> images, int depth)
    {
        var below = images.Where(path => path[depth] == part && path.Length > depth + 2).Select(path => path[depth + 1]);
        var isTrain = part.Equals("train", StringComparison.OrdinalIgnoreCase);
        var others = folders.Where(folder => folder != part && (!isTrain || below.Contains(folder)));
        return others.FirstOrDefault() is { } sibling ? (part, sibling) : null;
    }

    /// <summary>Two folders that differ in the word of a part alone, such as cat_train and cat_test.</summary>
    private static (string Part, string Sibling)? Sibling(List<(string Folder, SplitName? Name)> names)
    {
        foreach (var (folder, name) in names)
        {
            if (name is not { Rest.Length: > 0, Split: not null })
                continue;
            var sibling = names.FirstOrDefault(other => other.Name is { Split: not null } ? other.Name.Rest == name.Rest
                && other.Name.Split != name.Split : name.Split != DatasetSplit.Train && Words(other.Folder) == name.Rest).Folder;
            if (sibling is not null)
                return (folder, sibling);
        }
        return null;
    }

    private static string Words(string folder) => folder.ToLowerInvariant().Replace('-', ' ').Replace('_', ' ');
}
