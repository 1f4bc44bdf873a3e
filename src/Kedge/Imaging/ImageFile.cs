namespace Kedge.Imaging;

/// <summary>Encoded image bytes under a name: a file on disk, an entry of a zip. Thread-safe.</summary>
public abstract class ImageFile
{
    /// <summary>The name in error messages and results: a path, or <c>archive.zip/entry</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Equal for two names of one file.</summary>
    internal virtual string Identity => Name;

    /// <summary>Reads all encoded bytes.</summary>
    /// <exception cref="KedgeException">The file is missing or cannot be read; the message names it.</exception>
    public abstract byte[] ReadAllBytes();

    /// <summary>An image file on disk.</summary>
    /// <param name="path">Its path, absolute or relative to the current folder; it is opened
    /// only when it is read.</param>
    public static ImageFile OnDisk(string path) => new DiskImageFile(path);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
