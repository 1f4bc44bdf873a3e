using Kedge.Runtime;

namespace Kedge.Imaging;

/// <summary>An image file on disk.</summary>
/// <param name="path">Its path, absolute or relative to the current folder; it is opened only when it is read.</param>
/// <param name="identity">Its path without links, where that is known.</param>
internal sealed class DiskImageFile(string path, string? identity = null) : ImageFile
{
    /// <summary>The path as it was given.</summary>
    public override string Name { get; } = path;

    /// <inheritdoc/>
    internal override string Identity { get; } = identity ?? Path.GetFullPath(path);

    /// <inheritdoc/>
    public override byte[] ReadAllBytes()
    {
        try
        {
            return UserFile.ReadAllBytes(Name);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KedgeException($"Cannot read the image '{Name}': there is no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"Cannot read the image '{Name}': {e.Message}", e);
        }
    }
}
