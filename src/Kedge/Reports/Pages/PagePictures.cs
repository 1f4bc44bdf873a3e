using Kedge.Data;
using Kedge.Imaging;

namespace Kedge.Reports.Pages;

/// <summary>Photos as thumbnails embedded in the page; of missing or damaged ones the name alone.</summary>
/// <param name="zipNames">The encoding of names in zips that do not state theirs; null is UTF-8.</param>
internal sealed class PagePictures(string? zipNames = null)
{
    private readonly NamedImages _images = new(zipNames);
    private readonly Dictionary<string, string?> _sources = new(StringComparer.Ordinal);

    /// <summary>A picture of an image that is available.</summary>
    /// <param name="image">The image.</param>
    /// <param name="side">Its longer side on the page, in pixels; rendered at twice that, for
    /// high-resolution displays.</param>
    internal Html Render(ImageFile image, int side) => Render(image.Name, side, image);

    /// <summary>A picture of an image whose name a classifier stores.</summary>
    /// <param name="name">A path, or <c>archive.zip/entry</c>; <see langword="null"/> where it had none.</param>
    /// <param name="side">Its longer side on the page, in pixels.</param>
    internal Html Render(string? name, int side) => name is null ? Missing("no picture") : Render(name, side, image: null);

    private Html Render(string name, int side, ImageFile? image)
    {
        var key = $"{side} {name}";
        if (!_sources.TryGetValue(key, out var source))
            _sources[key] = source = Source(image ?? _images.Find(name), 2 * side);
        return source is null
            ? Missing(Path.GetFileName(name))
            : Html.Of($"""<img src="{source}" alt="" title="{name}" style="max-width:{side}px;max-height:{side}px" />""");
    }

    private static Html Missing(string name) => Html.Of($"""<span class="missing">{name}</span>""");

    private static string? Source(ImageFile? image, int pixels)
    {
        try
        {
            return image is null ? null : $"data:image/jpeg;base64,{Convert.ToBase64String(Thumbnail.Jpeg(image, pixels))}";
        }
        catch (KedgeException)
        {
            return null; // the page is about more than this picture
        }
    }
}
