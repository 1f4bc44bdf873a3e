using System.Text;
using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>
/// Resolves the image names in results and classifiers to files: a path, or
/// <c>archive.zip/entry</c>. Opens each zip once.
/// </summary>
/// <param name="zipNames">The encoding of names in zips that do not state theirs; null is UTF-8.</param>
internal sealed class NamedImages(string? zipNames = null)
{
    private readonly Encoding? _encoding = zipNames is null ? null : ZipNames.Encoding(zipNames);
    private readonly Dictionary<string, ImageRoot?> _zips = new(StringComparer.Ordinal);

    /// <summary>
    /// The image of a name, or null where it no longer exists. Only files with an image's extension are found.
    /// </summary>
    internal ImageFile? Find(string name)
    {
        if (!ImageRoot.IsImage(name))
            return null;
        if (File.Exists(name))
            return new DiskImageFile(name);
        const string zipEnd = ".zip/";
        for (var at = End(0); at >= 0; at = End(at + 1))
        {
            if (Zip(name[..(at + zipEnd.Length - 1)])?.Find(name[(at + zipEnd.Length)..]) is { } image)
                return image;
        }
        return null;

        int End(int from) => name.IndexOf(zipEnd, from, StringComparison.OrdinalIgnoreCase);
    }

    private ImageRoot? Zip(string path)
    {
        if (!_zips.TryGetValue(path, out var zip))
            _zips[path] = zip = Open(path);
        return zip;
    }

    private ZipImages? Open(string path)
    {
        try
        {
            return File.Exists(path) ? new ZipImages(path, _encoding) : null;
        }
        catch (KedgeException)
        {
            return null; // a damaged zip has no images
        }
    }
}
