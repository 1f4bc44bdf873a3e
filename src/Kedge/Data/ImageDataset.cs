using Kedge.Imaging;

namespace Kedge.Data;

/// <summary>An image and the class it shows.</summary>
/// <param name="Image">The encoded image.</param>
/// <param name="Label">Index of its class, 0 to C − 1.</param>
public sealed record LabelledImage(ImageFile Image, int Label);

/// <summary>Labelled images in up to three parts that never overlap.</summary>
/// <param name="Name">A short name for reports.</param>
/// <param name="ClassNames">C class names; a label indexes this list.</param>
/// <param name="Train">Where support sets are drawn from.</param>
/// <param name="Validation">For choosing hyper-parameters; may be empty.</param>
/// <param name="Test">For the final figure and nothing else; may be empty.</param>
public sealed record ImageDataset(
    string Name,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<LabelledImage> Train,
    IReadOnlyList<LabelledImage> Validation,
    IReadOnlyList<LabelledImage> Test);
