using System.Text.Json.Serialization;

namespace Kedge.Evaluation;

/// <summary>
/// When the answer is "none of these", and which classes an image may well be of, by conformal prediction (Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random world"; of outliers Bates
/// et al. 2023, "Testing for outliers with conformal p-values", arXiv 2104.08279; over folds Vovk 2015, "Cross-conformal predictors", arXiv 1208.0806). Both thresholds are the m-th smallest of what left-out
/// images gave, m = ⌊(n + 1) · e⌋: their best probability, below which an image is none of these; and the probability of their true class, below which a class is not in an image's set. The second is
/// the ⌈(n + 1)(1 − e)⌉-th smallest 1 − p, and never above the first, so that what has an empty set is rejected.
/// </summary>
/// <remarks>
/// Where new images of the classes are as the left-out ones, one is rejected with probability e at most, and its class is outside its set with probability e at most. Over folds that holds
/// nearly: probabilities are of fits on fewer images, and of several. Of how many images of other things are rejected nothing is guaranteed. An empty set alone would reject too little: where the true
/// class is often improbable, its threshold is below 1 / C, which the best probability of any image is above.
/// </remarks>
/// <param name="ErrorRate">e, above 0 and below 1.</param>
/// <param name="Threshold">Of the best probability; <see langword="null"/> where there were too few images for the error rate: then nothing is rejected.</param>
/// <param name="SetThreshold">Of the probability of a class in a set; <see langword="null"/> likewise: then every set is of all classes.</param>
public sealed record Rejection(double ErrorRate, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Threshold = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? SetThreshold = null)
{
    private const double Rounding = 1e-9; // 1 / 0.1 is not quite 10

    /// <summary>How many left-out images it takes for anything to be rejected.</summary>
    [JsonIgnore]
    public int ImagesNeeded => (int)Math.Min(int.MaxValue, Math.Ceiling((1 / ErrorRate) - 1 - Rounding));

    /// <summary>Finds the thresholds.</summary>
    /// <param name="errorRate">e, above 0 and below 1.</param>
    /// <param name="best">The best probability of each left-out image.</param>
    /// <param name="ofTrue">What each gave its true class.</param>
    internal static Rejection Of(double errorRate, IReadOnlyCollection<double> best, IReadOnlyCollection<double> ofTrue)
    {
        var rank = (int)Math.Floor(((best.Count + 1) * errorRate) + Rounding);
        return rank == 0 ? new(errorRate) : new(errorRate, best.Order().ElementAt(rank - 1), ofTrue.Order().ElementAt(rank - 1));
    }

    /// <summary>Whether an image is none of these.</summary>
    /// <param name="best">Its best probability, calibrated, 0 to 1.</param>
    public bool Rejects(double best) => best < Threshold;

    /// <summary>Whether a class is in an image's set.</summary>
    /// <param name="probability">The class's, calibrated, 0 to 1.</param>
    public bool Admits(double probability) => !(probability < SetThreshold);

    /// <summary>What is wrong with a rule that was read from a file; <see langword="null"/> where nothing is.</summary>
    internal string? FindFault() =>
        ErrorRate is > 0 and < 1 && (Threshold, SetThreshold) is (null, null) or (<= 1, >= 0) && !(SetThreshold > Threshold) ? null
            : FormattableString.Invariant($"The error rate {ErrorRate} has the thresholds {Threshold} and {SetThreshold}.");
}

/// <summary>What rejecting came to on labelled images of the classes.</summary>
/// <param name="Rejected">Images answered with "none of these", all of them wrongly.</param>
/// <param name="AcceptedAccuracy">The share of the others whose class was the most probable, 0 to 1; <see langword="null"/> where there were none.</param>
/// <param name="Coverage">The share of all images whose set held their class, 0 to 1.</param>
/// <param name="SetSize">Classes in a set, on average.</param>
public sealed record RejectionResult(int Rejected, double? AcceptedAccuracy, double Coverage, double SetSize);
