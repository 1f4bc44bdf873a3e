using System.Text;
using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>Unlabelled images from files, folders and zips.</summary>
internal static class ImageFiles
{
    /// <summary>Finds images; none is read yet.</summary>
    /// <param name="paths">
    /// Image files, folders and zips. A folder or zip yields its images at any depth, in ordinal order of their
    /// paths; dot files are ignored.
    /// </param>
    /// <param name="zipNames">The encoding of names in zips that do not state theirs; null is UTF-8.</param>
    /// <param name="note">Told what was left out; null is nobody.</param>
    /// <returns>The images in the order of the paths.</returns>
    /// <exception cref="KedgeException">There is nothing at a path, or it is a folder or zip
    /// without images.</exception>
    public static IReadOnlyList<ImageFile> Open(IEnumerable<string> paths, string? zipNames = null, Action<string>? note = null)
    {
        var encoding = zipNames is null ? null : ZipNames.Encoding(zipNames);
        return [.. paths.SelectMany(path => Open(path, encoding, note))];
    }

    private static List<ImageFile> Open(string path, Encoding? zipNames, Action<string>? note)
    {
        if (!Path.Exists(path))
            throw new KedgeException($"There is no image at '{path}'; expected an image file, a folder or a zip of images.");
        if (File.Exists(path) && !path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return [new DiskImageFile(path)];
        var root = ImageRoot.Open(path, zipNames);
        var images = root.Images.Order(StringComparer.Ordinal).Select(image => root.Find(image)!)
            .DistinctBy(image => image.Identity).ToList();
        foreach (var sentence in root.Notes)
            note?.Invoke(sentence);
        return images.Count > 0 ? images
            : throw new KedgeException($"'{path}' holds no images; expected jpg, jpeg, png, webp, bmp or gif files.");
    }
}
