using Kedge.Data;

namespace Kedge.Tasks;

/// <summary>Which classes have fewer images to learn from than were asked for, in words.</summary>
internal static class ShotNote
{
    private const int NamedClasses = 10;

    /// <summary>One sentence; null where every class has as many.</summary>
    /// <param name="classNames">C class names.</param>
    /// <param name="support">The support set.</param>
    /// <param name="shots">S; null where all images are taken.</param>
    public static string? Describe(IReadOnlyList<string> classNames, IReadOnlyList<LabelledImage> support, int? shots)
    {
        var counts = support.CountBy(image => image.Label).Where(count => count.Value < shots).OrderBy(count => count.Key).ToList();
        if (counts.Count == 0)
            return null;
        var named = string.Join(", ", counts.Take(NamedClasses).Select(count => $"{classNames[count.Key]} ({count.Value})"));
        var more = counts.Count > NamedClasses ? $" and {counts.Count - NamedClasses} more" : "";
        return $"{(counts.Count == 1 ? "1 class has" : $"{counts.Count} classes have")} fewer than {shots} images, " +
            $"and all of these are learned from: {named}{more}.";
    }
}
