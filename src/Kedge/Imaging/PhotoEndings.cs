using Kedge.Imaging.Files;

namespace Kedge.Imaging;

/// <summary>The endings of the names of photos, in any case.</summary>
internal static class PhotoEndings
{
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp", ".mpo", ".png", ".apng", ".webp", ".bmp", ".dib", ".gif",
    };

    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        ".tif", ".tiff", ".heic", ".heif", ".hif", ".heics", ".avif", ".avifs", ".jp2", ".j2k", ".jpf", ".jpx", ".jpm", ".j2c", ".jxl",
        ".jxr", ".psd", ".tga", ".ppm", ".pgm", ".pnm", ".pcx", ".ico",
    };

    /// <summary>Whether a file of this name is taken for a photo that is read.</summary>
    public static bool AreRead(string path) =>
        Own.Contains(Path.GetExtension(path))
        || ImageCodec.Added.Any(codec => codec.Endings.Contains(Path.GetExtension(path).ToLowerInvariant()));

    /// <summary>Whether a file of this name is plainly a photo, of a kind that is not read.</summary>
    public static bool AreLeftOut(string path) => !AreRead(path) && (Others.Contains(Path.GetExtension(path)) || CameraRaw.IsNamed(path));
}
