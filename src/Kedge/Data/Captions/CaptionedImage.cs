using Kedge.Imaging;

namespace Kedge.Data.Captions;

/// <summary>An image and texts that describe it; each training step uses one of them.</summary>
/// <param name="Image">The encoded image.</param>
/// <param name="Captions">At least one caption.</param>
/// <param name="Group">
/// Images of one group share their captions' meaning: a batch holds at most one of each group, so that no caption of a batch fits two images.
/// </param>
internal sealed record CaptionedImage(ImageFile Image, IReadOnlyList<string> Captions, int Group);
