namespace Kedge.Imaging.Files;

/// <summary>What a camera's sensor gave: often TIFF inside, with a small picture in place of the photo.</summary>
internal static class CameraRaw
{
    private static readonly HashSet<string> Endings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf", ".rw2", ".raf", ".raw", ".pef", ".srw", ".x3f",
        ".erf", ".mrw", ".3fr", ".iiq",
    };

    /// <summary>Whether a file has one of the cameras' endings.</summary>
    public static bool IsNamed(string path) => Endings.Contains(Path.GetExtension(path));
}
