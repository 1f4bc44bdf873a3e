using System.Text;
using Kedge.Imaging;
using Kedge.Runtime;

namespace Kedge.Data;

/// <summary>
/// Images in a zip, read entry by entry without extracting it. The file stays open as long as one of
/// its images is referenced.
/// </summary>
#pragma warning disable CA1001 // images may live longer than their opener; finalisation closes the zip after the last of them
internal sealed class ZipImages : ImageRoot
#pragma warning restore CA1001
{
    private readonly FileStream _file;
    private readonly Dictionary<string, ZipEntry> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<string> _links = [];

    /// <summary>Opens a zip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">The encoding of names that do not state theirs; null is UTF-8.</param>
    /// <exception cref="KedgeException">It cannot be read, is encrypted, or has names that cannot be read or lead out
    /// of it.</exception>
    internal ZipImages(string path, Encoding? names = null)
    {
        Origin = path;
        try
        {
            _file = UserFile.OpenRead(path);
            var entries = ZipDirectory.Read(_file.SafeFileHandle);
            foreach (var (entry, name) in entries.Zip(ZipNames.Decode(entries, names, path)))
                Add(entry, name);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new KedgeException($"The zip {path} cannot be read ({e.Message}); take an undamaged zip, " +
                "or unpack it and give the folder.", e);
        }
    }

    internal override string Origin { get; }

    internal override IEnumerable<string> Images => _files.Keys.Where(path => IsImage(path) && !IsHidden(path));

    internal override IEnumerable<string> Folders => _folders.Where(path => !IsHidden(path));

    internal override IReadOnlyList<string> Notes =>
    [
        .. _links.Count == 0 ? (string[])[]
            : [$"{_links.Count} of the entries of {Origin} are links, which are left out, '{_links[0]}' first."],
        .. UnreadKinds.Note(_files.Keys.Where(path => !IsHidden(path)), Origin),
    ];

    internal override ImageFile? Find(string path) =>
        _files.TryGetValue(path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path, out var entry)
            ? new Image(this, entry, path) : null;

    /// <summary>Adds an entry; one that is stored again replaces the first.</summary>
    private void Add(ZipEntry entry, string name)
    {
        if (entry.IsLink)
        {
            _links.Add(name);
            return;
        }
        if (!name.EndsWith('/'))
            AddFile(entry, name);
        if (name.LastIndexOf('/') is var end and > 0)
            _folders.Add(name[..end]);
    }

    private void AddFile(ZipEntry entry, string name)
    {
        if (IsImage(name) && ZipNames.LeadsOut(name))
            throw new KedgeException($"The zip {Origin} has the image '{name}', whose name leads out of it; " +
                "take a zip of names below it, or unpack it and give the folder.");
        if (IsImage(name) && !IsHidden(name) && entry.IsEncrypted)
            throw new KedgeException($"The zip {Origin} is encrypted ('{name}' first), and Kedge has no password for it; " +
                "unpack it and give the folder.");
        _files[name] = entry;
    }

    private sealed class Image(ZipImages zip, ZipEntry entry, string path) : ImageFile
    {
        public override string Name { get; } = $"{zip.Origin}/{path}";

        public override byte[] ReadAllBytes()
        {
            try
            {
                return ZipContent.Read(zip._file.SafeFileHandle, entry);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new KedgeException($"Cannot read the image '{Name}': {e.Message}", e);
            }
        }
    }
}
