using System.Text;
using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>A folder or zip of images. Paths are relative to it, with <c>/</c> as the separator.</summary>
internal abstract class ImageRoot
{
    /// <summary>The path of the folder or zip, for error messages.</summary>
    internal abstract string Origin { get; }

    /// <summary>Image files at any depth, hidden ones left out, in no order.</summary>
    internal abstract IEnumerable<string> Images { get; }

    /// <summary>Folders, hidden ones left out, in no order; the parents of one may be missing.</summary>
    internal abstract IEnumerable<string> Folders { get; }

    /// <summary>The file at a path, whether an image or not; null where there is none.</summary>
    internal abstract ImageFile? Find(string path);

    /// <summary>What was left out, in sentences.</summary>
    internal virtual IReadOnlyList<string> Notes => [];

    /// <summary>Opens a folder or zip.</summary>
    /// <param name="path">The folder or zip.</param>
    /// <param name="zipNames">The encoding of a zip's names that do not state theirs; null is UTF-8.</param>
    internal static ImageRoot Open(string path, Encoding? zipNames = null) =>
        Directory.Exists(path) ? new FolderImages(path)
        : File.Exists(path) ? new ZipImages(path, zipNames)
        : throw new KedgeException($"There is no folder or zip of images at {path}; check the path.");

    /// <summary>The files at all of the paths.</summary>
    /// <exception cref="KedgeException">Some are missing; the message names the first five.</exception>
    internal List<ImageFile> FindAll(IReadOnlyList<string> paths, string listedIn)
    {
        var files = paths.Select(FindListed).ToList();
        List<string> missing = [.. paths.Where((_, i) => files[i] is null)];
        if (missing.Count == 0)
            return files!;
        var more = missing.Count > 5 ? $" and {missing.Count - 5} more" : "";
        throw new KedgeException($"Of the {paths.Count} images that {listedIn} lists, {missing.Count} are not in {Origin}: " +
            $"{string.Join(", ", missing.Take(5))}{more}; check the paths, or say where the images are (--images).");
    }

    /// <summary>A path with <c>\</c>, as programs of Windows write it, is read like one with <c>/</c>.</summary>
    private ImageFile? FindListed(string path) => Find(path) ?? (path.Contains('\\') ? Find(path.Replace('\\', '/')) : null);

    internal static bool IsImage(string path) => PhotoEndings.AreRead(path);

    /// <summary>Whether any part of the path is a dot file or metadata of macOS in zips.</summary>
    private protected static bool IsHidden(string path) => path.Split('/').Any(part => part.StartsWith('.') || part == "__MACOSX");
}
