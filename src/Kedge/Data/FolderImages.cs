using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>Images in a folder on disk.</summary>
internal sealed class FolderImages(string folder) : ImageRoot
{
    private readonly RealPaths _real = new();
    private FolderListing? _listing;

    internal override string Origin => folder;

    internal override IEnumerable<string> Images => Listing.Files.Where(IsImage);

    internal override IEnumerable<string> Folders => Listing.Folders;

    /// <summary>What was left out when the folder was listed; none where it never was.</summary>
    internal override IReadOnlyList<string> Notes => _listing is null ? []
        : [.. _listing.Notes, .. UnreadKinds.Note(_listing.Files, folder)];

    private FolderListing Listing => _listing ??= List();

    internal override ImageFile? Find(string path)
    {
        var file = Path.Combine(folder, path);
        return File.Exists(file) ? new DiskImageFile(file, _real.Of(file)) : null;
    }

    private FolderListing List()
    {
        try
        {
            return new FolderListing(folder, IsHidden);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The folder {folder} cannot be listed ({e.Message}); check it and its permissions.", e);
        }
    }
}
