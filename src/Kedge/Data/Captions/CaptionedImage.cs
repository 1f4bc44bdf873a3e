using Kedge.Imaging;

namespace Kedge.Data.Captions;

/// <summary>An image with captions, one of which is sampled in each training step.</summary>
/// <param name="Image">The encoded image.</param>
/// <param name="Captions">At least one caption.</param>
/// <param name="Group">
/// Images of a group have captions of equal meaning: a batch holds at most one image of a group, which rules out false
/// negatives.
/// </param>
internal sealed record CaptionedImage(ImageFile Image, IReadOnlyList<string> Captions, int Group);
