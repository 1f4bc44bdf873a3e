using Kedge.Data;
using Kedge.Features;
using Kedge.Imaging;

namespace Kedge.Tasks;

/// <summary>Labelled images as an extraction sees them.</summary>
internal static class LabelledImages
{
    /// <summary>The images of each class.</summary>
    public static IEnumerable<IReadOnlyList<ImageFile>> ByClass(this IEnumerable<LabelledImage> images) =>
        images.GroupBy(image => image.Label, image => image.Image).Select(some => some.ToList());

    /// <summary>Those that can be used; the same list where all can.</summary>
    public static IReadOnlyList<LabelledImage> Without(this IReadOnlyList<LabelledImage> images, UnusableImages unusable) =>
        images.Any(image => unusable.Contains(image.Image)) ? [.. images.Where(image => !unusable.Contains(image.Image))] : images;
}
