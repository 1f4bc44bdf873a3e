using Kedge.Clip.Relevance;

namespace Kedge.Reports.Records;

/// <summary>Where an image shows what a text says.</summary>
/// <param name="Image">The image's path, or <c>archive.zip/entry</c>.</param>
/// <param name="Text">The text.</param>
/// <param name="Cosine">−1 to 1.</param>
/// <param name="Box">Left, top, width and height in pixels of the image; null where no patch counts.</param>
/// <param name="Share">The share of all relevance inside the box, 0 to 1.</param>
/// <param name="Patches">The patches; their shares sum to 1.</param>
internal sealed record LocationRecord(
    string Image, string Text, double Cosine, IReadOnlyList<int>? Box, double Share, PatchMapRecord Patches)
{
    public static LocationRecord From(string image, Location location) => new(
        image, location.Text, location.Cosine,
        location.Box is { } box ? [box.X, box.Y, box.Width, box.Height] : null, location.Share, PatchMapRecord.From(location.Patches));
}
