using Kedge.Calibration;
using Kedge.Imaging;

namespace Kedge.Interpretation;

/// <summary>A classifier's prediction for an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Classes">The most probable classes, the most probable first; of equals, the one that is first
/// among the class names.</param>
public sealed record ImagePrediction(ImageFile Image, IReadOnlyList<ClassProbability> Classes)
{
    /// <summary>
    /// Whether the image is rejected as out-of-distribution ("none of these"), by the classifier's
    /// <see cref="ConformalPredictor"/>; <see cref="Classes"/> then has the nearest ones.
    /// </summary>
    public bool Rejected { get; init; }

    /// <summary>
    /// The classes of the image's prediction set, the most probable first, by the classifier's
    /// <see cref="ConformalPredictor"/>; <see langword="null"/> where it has none.
    /// </summary>
    public IReadOnlyList<string>? PredictionSet { get; init; }

    /// <summary>
    /// Why the image cannot be classified, in one sentence; <see cref="Classes"/> has none then.
    /// <see langword="null"/> where it can.
    /// </summary>
    public string? Error { get; init; }
}

/// <summary>The predicted probability of a class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">0 to 1; the softmax of the logits, calibrated where the classifier is. All classes of
/// an image sum to 1.</param>
public readonly record struct ClassProbability(string ClassName, double Probability);
