using Kedge.Imaging;

namespace Kedge.Clip.Relevance;

/// <summary>Where a photo shows what a text says.</summary>
/// <param name="Text">The text.</param>
/// <param name="Cosine">The cosine of photo and text, −1 to 1.</param>
/// <param name="Box">The box around it; <see langword="null"/> where no patch counts.</param>
/// <param name="Share">The share of all relevance that is inside the box, 0 to 1.</param>
/// <param name="Mask">What of the photo it is.</param>
/// <param name="Patches">The relevance that both come of.</param>
public sealed record Location(string Text, double Cosine, PixelBox? Box, double Share, PhotoMask Mask, PatchMap Patches);
