using System.Text.Json.Serialization;

namespace Kedge.Calibration;

/// <summary>
/// A conformal predictor: it rejects images that are of none of the classes, and gives prediction sets. Both thresholds
/// are quantiles of the scores of images that were left out of a fit: the m-th smallest, m = ⌊(n + 1) · e⌋, of their
/// similarity to the nearest class prototype, below which an image is rejected, and of the probability of their true
/// class, below which a class is not in the prediction set (the ⌈(n + 1)(1 − e)⌉-th smallest 1 − p).
/// </summary>
/// <remarks>
/// Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random world"; for outliers Bates et al. 2023, "Testing
/// for outliers with conformal p-values", arXiv 2104.08279; over folds Vovk 2015, "Cross-conformal predictors", arXiv
/// 1208.0806. Where new images of the classes are exchangeable with the left-out ones, one is rejected with probability
/// e at most, and its class is outside its prediction set with probability e at most. Over folds that holds
/// approximately: a left-out image is scored against fewer images than a new one, and by several fits. How many images
/// of other things are rejected is not guaranteed. Probabilities alone would reject few of them: a softmax compares the
/// classes with one another, and one of them is always the most probable by far.
/// </remarks>
/// <param name="ErrorRate">e, above 0 and below 1.</param>
/// <param name="SimilarityThreshold">
/// −1 to 1; <see langword="null"/> where there were too few images for the error rate: then nothing is rejected.
/// </param>
/// <param name="ProbabilityThreshold">
/// Of a class in a prediction set, 0 to 1; <see langword="null"/> likewise: then every set holds all classes.
/// </param>
public sealed record ConformalPredictor(
    double ErrorRate,
    [property: JsonPropertyName("leastLikeness"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    double? SimilarityThreshold = null,
    [property: JsonPropertyName("leastProbability"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    double? ProbabilityThreshold = null)
{
    private const double Rounding = 1e-9; // 1 / 0.1 is not quite 10
    private const double MaxCosine = 1.001; // of unit features in F32

    /// <summary>The number of left-out images that the error rate needs for a threshold.</summary>
    [JsonIgnore]
    public int ImagesNeeded => (int)Math.Min(int.MaxValue, Math.Ceiling((1 / ErrorRate) - 1 - Rounding));

    /// <summary>Finds the thresholds.</summary>
    /// <param name="errorRate">e, above 0 and below 1.</param>
    /// <param name="similarities">Of each left-out image, to the nearest class prototype.</param>
    /// <param name="probabilities">The predicted probability of each left-out image's true class.</param>
    internal static ConformalPredictor Fit(
        double errorRate, IReadOnlyCollection<double> similarities, IReadOnlyCollection<double> probabilities)
    {
        var rank = (int)Math.Floor(((similarities.Count + 1) * errorRate) + Rounding);
        return rank == 0
            ? new(errorRate)
            : new(errorRate, similarities.Order().ElementAt(rank - 1), probabilities.Order().ElementAt(rank - 1));
    }

    /// <summary>Whether an image is of none of the classes.</summary>
    /// <param name="similarity">Its cosine to the nearest class prototype, −1 to 1.</param>
    public bool Rejects(double similarity) => similarity < SimilarityThreshold;

    /// <summary>Whether a class is in an image's prediction set.</summary>
    /// <param name="probability">The class's, calibrated, 0 to 1.</param>
    public bool Contains(double probability) => !(probability < ProbabilityThreshold);

    /// <summary>
    /// The first fault of a predictor that was read from a file; <see langword="null"/> where it is valid.
    /// </summary>
    internal string? FindFault() =>
        ErrorRate is > 0 and < 1 && SimilarityThreshold is null == ProbabilityThreshold is null
        && Math.Abs(SimilarityThreshold ?? 0) <= MaxCosine && (ProbabilityThreshold ?? 0) is >= 0 and <= 1
            ? null
            : FormattableString.Invariant($"The error rate {ErrorRate} has a least likeness of {SimilarityThreshold} ") +
                FormattableString.Invariant($"and a least probability of {ProbabilityThreshold}.");
}

/// <summary>Metrics of rejection and prediction sets on labelled images of the classes.</summary>
/// <param name="Rejected">Images that were rejected, all of them wrongly.</param>
/// <param name="AcceptedAccuracy">
/// Top-1 accuracy on the others, 0 to 1; <see langword="null"/> where there were none.
/// </param>
/// <param name="Coverage">Empirical coverage: the share of all images whose prediction set held
/// their class, 0 to 1.</param>
/// <param name="SetSize">Classes in a prediction set, on average.</param>
public sealed record RejectionResult(int Rejected, double? AcceptedAccuracy, double Coverage, double SetSize);
