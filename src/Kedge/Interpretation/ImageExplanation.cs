using Kedge.Imaging;

namespace Kedge.Interpretation;

/// <summary>The explanation of a prediction for an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Decision">Its decomposed logits.</param>
public sealed record ImageExplanation(ImageFile Image, Decision Decision);
