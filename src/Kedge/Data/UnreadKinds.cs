using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>Photos of a folder or zip whose names end as those of formats that are not read.</summary>
internal static class UnreadKinds
{
    /// <summary>A sentence that counts them; none where there are none.</summary>
    /// <param name="paths">All files, relative to the origin.</param>
    /// <param name="origin">The folder or zip.</param>
    internal static IReadOnlyList<string> Note(IEnumerable<string> paths, string origin)
    {
        var photos = paths.Where(PhotoEndings.AreLeftOut).Order(StringComparer.Ordinal).ToList();
        if (photos.Count == 0)
            return [];
        var endings = string.Join(", ", photos.Select(path => Path.GetExtension(path).ToLowerInvariant()).Distinct());
        var found = photos.Count == 1 ? "1 photo is of a kind that is" : $"{photos.Count:N0} photos are of kinds that are";
        var example = $"'{photos[0]}'{(photos.Count > 1 ? ", …" : "")}";
        var package = photos.Any(IsOfPackage) ? $", or add the package {ImageCodec.Package}" : "";
        return [$"In {origin} {found} not read ({endings}), and left out: {example}; " +
            $"save {(photos.Count == 1 ? "it" : "them")} as JPEG or PNG{package}."];
    }

    private static bool IsOfPackage(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is ".heic" or ".heif" or ".hif" or ".avif" or ".tif" or ".tiff" or ".jp2" or ".jxl";
}
