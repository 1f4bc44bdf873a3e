using System.IO.Compression;
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
    /// <summary>Limit of an image's uncompressed size, against decompression bombs.</summary>
    private const long MaxEntryBytes = 1L << 28;

    private readonly Lock _reading = new(); // a ZipArchive reads one entry at a time
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    internal ZipImages(string path)
    {
        Origin = path;
        try
        {
            _archive = new ZipArchive(UserFile.OpenRead(path));
            foreach (var entry in _archive.Entries)
                Add(entry);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The zip {path} cannot be read ({e.Message}); take an undamaged zip, " +
                "or unpack it and give the folder.", e);
        }
    }

    internal override string Origin { get; }

    internal override IEnumerable<string> Images => _files.Keys.Where(path => IsImage(path) && !IsHidden(path));

    internal override IEnumerable<string> Folders => _folders.Where(path => !IsHidden(path));

    internal override ImageFile? Find(string path) => _files.TryGetValue(path, out var entry) ? new Entry(this, entry, path) : null;

    private void Add(ZipArchiveEntry entry)
    {
        var path = entry.FullName.Replace('\\', '/');
        if (!path.EndsWith('/'))
            _files.TryAdd(path, entry);
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            _folders.Add(path[..slash]);
    }

    private sealed class Entry(ZipImages zip, ZipArchiveEntry entry, string path) : ImageFile
    {
        public override string Name { get; } = $"{zip.Origin}/{path}";

        public override byte[] ReadAllBytes()
        {
            try
            {
                lock (zip._reading)
                {
                    if (entry.Length > MaxEntryBytes)
                        throw new KedgeException($"Cannot read the image '{Name}': it unpacks to {entry.Length} bytes, " +
                            $"and the most for one image is {MaxEntryBytes}.");
                    var bytes = new byte[entry.Length];
                    using var stream = entry.Open();
                    stream.ReadExactly(bytes);
                    return bytes;
                }
            }
            catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
            {
                throw new KedgeException($"Cannot read the image '{Name}': {e.Message}", e);
            }
        }
    }
}
