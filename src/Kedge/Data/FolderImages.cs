using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>Images in a folder on disk.</summary>
internal sealed class FolderImages(string folder) : ImageRoot
{
    private static readonly EnumerationOptions AllDepths = new() { RecurseSubdirectories = true, IgnoreInaccessible = false };

    internal override string Origin => folder;

    internal override IEnumerable<string> Images => Relative(Directory.EnumerateFiles).Where(IsImage);

    internal override IEnumerable<string> Folders => Relative(Directory.EnumerateDirectories);

    internal override ImageFile? Find(string path)
    {
        var file = Path.Combine(folder, path);
        return File.Exists(file) ? new DiskImageFile(file) : null;
    }

    private List<string> Relative(Func<string, string, EnumerationOptions, IEnumerable<string>> list)
    {
        try
        {
            return [.. list(folder, "*", AllDepths)
                .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(path => !IsHidden(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The folder {folder} cannot be listed ({e.Message}); check it and its permissions.", e);
        }
    }
}
