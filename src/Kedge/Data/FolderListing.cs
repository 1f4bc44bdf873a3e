using System.IO.Enumeration;

namespace Kedge.Data;

/// <summary>
/// All that lies below a folder. A link to a folder is followed where the folder has not been read yet and does not
/// hold the whole; what lies there is read first where it really is.
/// </summary>
internal sealed class FolderListing
{
    private static readonly EnumerationOptions All = new() { IgnoreInaccessible = false, AttributesToSkip = 0 };

    private readonly string _root;
    private readonly RealPaths _real = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _links = new(StringComparer.Ordinal);
    private readonly List<string> _files = [], _folders = [], _notFollowed = [], _broken = [];

    /// <summary>Reads a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="isHidden">Names that are passed over, whatever is below them.</param>
    /// <exception cref="IOException">It cannot be listed.</exception>
    /// <exception cref="KedgeException">A name cannot be read.</exception>
    internal FolderListing(string root, Func<string, bool> isHidden)
    {
        _root = root;
        var whole = _real.Of(root) ?? throw new IOException("its links lead round in a circle");
        _seen.Add(whole);
        Read("", whole, isHidden);
        while (_links.Min is { } link)
        {
            _links.Remove(link);
            Follow(link, whole, isHidden);
        }
        Notes =
        [
            .. Note(_broken, "lead nowhere and are left out"),
            .. Note(_notFollowed, "lead to folders that are read elsewhere, and are not followed"),
        ];
    }

    /// <summary>Files, relative to the root, with <c>/</c> as the separator.</summary>
    internal IReadOnlyList<string> Files => _files;

    /// <summary>Folders, likewise.</summary>
    internal IReadOnlyList<string> Folders => _folders;

    /// <summary>Links that were not followed, in sentences.</summary>
    internal IReadOnlyList<string> Notes { get; }

    private void Read(string folder, string real, Func<string, bool> isHidden)
    {
        var entries = new FileSystemEnumerable<(string Name, bool IsFolder, bool IsLink)>(Path.Combine(_root, folder),
            (ref entry) => (entry.FileName.ToString(), entry.IsDirectory, entry.Attributes.HasFlag(FileAttributes.ReparsePoint)), All);
        foreach (var (name, isFolder, isLink) in entries.ToList()) // closes the folder before those below are opened
        {
            if (isHidden(name))
                continue;
            var path = folder.Length == 0 ? name : $"{folder}/{name}";
            RequireReadable(name, path);
            if (isLink)
                _links.Add(path);
            else if (!isFolder)
                _files.Add(path);
            else if (_seen.Add(Path.Combine(real, name)))
            {
                _folders.Add(path);
                Read(path, Path.Combine(real, name), isHidden);
            }
        }
    }

    private void Follow(string link, string whole, Func<string, bool> isHidden)
    {
        if (_real.Of(Path.Combine(_root, link)) is not { } target || !Path.Exists(target))
            _broken.Add(link);
        else if (!Directory.Exists(target))
            _files.Add(link);
        else if (Path.Join(whole, "/").StartsWith(Path.Join(target, "/"), StringComparison.Ordinal) || !_seen.Add(target))
            _notFollowed.Add(link);
        else
        {
            _folders.Add(link);
            Read(link, target, isHidden);
        }
    }

    /// <summary>A name in another encoding than UTF-8 has replacement characters, by which nothing opens.</summary>
    private void RequireReadable(string name, string path)
    {
        if (name.Contains('\ufffd') && !Path.Exists(Path.Combine(_root, path)))
            throw new KedgeException($"The folder {_root} has the name '{path}', which is not UTF-8; rename it (as convmv does).");
    }

    private IEnumerable<string> Note(List<string> links, string what) =>
        links.Count == 0 ? [] : [$"{links.Count} of the links in {_root} {what}: '{links[0]}'{(links.Count > 1 ? ", …" : "")}."];
}
