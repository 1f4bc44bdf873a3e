using Kedge.Clip.Relevance;
using Kedge.Imaging;

namespace Kedge.Interpretation;

/// <summary>The explanation of a prediction for an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Decision">Its decomposed logits.</param>
/// <param name="Patches">The patches that speak for the most probable class: what of its logit rests on each.</param>
public sealed record ImageExplanation(ImageFile Image, Decision Decision, PatchMap Patches);
