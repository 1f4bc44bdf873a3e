using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>A labelled image.</summary>
/// <param name="Image">The encoded image.</param>
/// <param name="Label">Index of its class, 0 to C − 1.</param>
public sealed record LabelledImage(ImageFile Image, int Label);

/// <summary>A data set of labelled images in up to three disjoint splits.</summary>
/// <param name="Name">A short name for reports.</param>
/// <param name="ClassNames">C class names; a label indexes this list.</param>
/// <param name="Train">The training split, from which support sets are sampled.</param>
/// <param name="Validation">The validation split, for model selection; may be empty.</param>
/// <param name="Test">The test split, for the final evaluation only; may be empty.</param>
public sealed record ImageDataset(
    string Name,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<LabelledImage> Train,
    IReadOnlyList<LabelledImage> Validation,
    IReadOnlyList<LabelledImage> Test);
