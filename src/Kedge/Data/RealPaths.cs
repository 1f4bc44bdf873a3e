namespace Kedge.Data;

/// <summary>Paths with every link in them resolved, so that two paths of one file are equal.</summary>
internal sealed class RealPaths
{
    private const int MaxLinks = 40; // as Linux

    private readonly Dictionary<string, string?> _folders = new(StringComparer.Ordinal);

    /// <summary>The real path, absolute; <see langword="null"/> where links lead round in a circle.</summary>
    internal string? Of(string path) => Of(Path.GetFullPath(path), MaxLinks);

    private string? Of(string path, int links)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        if (!_folders.TryGetValue(parent, out var folder))
            _folders[parent] = folder = Of(parent, links);
        if (folder is null)
            return null;
        var real = Path.Combine(folder, Path.GetFileName(path));
        return new FileInfo(real).LinkTarget is not { } target ? real
            : links == 0 ? null : Of(Path.GetFullPath(target, folder), links - 1);
    }
}
