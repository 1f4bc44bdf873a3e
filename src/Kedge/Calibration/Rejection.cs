using System.Text.Json.Serialization;

namespace Kedge.Calibration;

/// <summary>
/// When the answer is "none of these", and which classes an image may well be of, by conformal prediction (Vovk, Gammerman and Shafer 2005, "Algorithmic learning in a random world"; of outliers Bates
/// et al. 2023, "Testing for outliers with conformal p-values", arXiv 2104.08279; over folds Vovk 2015, "Cross-conformal predictors", arXiv 1208.0806). Both thresholds are the m-th smallest of what left-out
/// images had, m = ⌊(n + 1) · e⌋: their likeness, the largest cosine to a class's mean support image, below which an image is none of these; and the probability of their true class, below which a
/// class is not in an image's set. The second is the ⌈(n + 1)(1 − e)⌉-th smallest 1 − p.
/// </summary>
/// <remarks>
/// Where new images of the classes are as the left-out ones, one is rejected with probability e at most, and its class is outside its set with probability e at most. Over folds that holds
/// nearly: what is left out is held against fewer images than a new one, and against several fits. Of how many images of other things are rejected nothing is guaranteed. Probabilities alone, an empty set
/// or a low best one, would reject little: they compare the classes with one another, and of things that are like none of them one is still the likest by far.
/// </remarks>
/// <param name="ErrorRate">e, above 0 and below 1.</param>
/// <param name="LeastLikeness">−1 to 1; <see langword="null"/> where there were too few images for the error rate: then nothing is rejected.</param>
/// <param name="LeastProbability">Of a class in a set, 0 to 1; <see langword="null"/> likewise: then every set is of all classes.</param>
public sealed record Rejection(double ErrorRate, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? LeastLikeness = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? LeastProbability = null)
{
    private const double Rounding = 1e-9; // 1 / 0.1 is not quite 10
    private const double LargestCosine = 1.001; // of unit features in F32

    /// <summary>How many left-out images it takes for anything to be rejected.</summary>
    [JsonIgnore]
    public int ImagesNeeded => (int)Math.Min(int.MaxValue, Math.Ceiling((1 / ErrorRate) - 1 - Rounding));

    /// <summary>Finds the thresholds.</summary>
    /// <param name="errorRate">e, above 0 and below 1.</param>
    /// <param name="likeness">That of each left-out image.</param>
    /// <param name="probabilities">What each gave its true class.</param>
    internal static Rejection Of(double errorRate, IReadOnlyCollection<double> likeness, IReadOnlyCollection<double> probabilities)
    {
        var rank = (int)Math.Floor(((likeness.Count + 1) * errorRate) + Rounding);
        return rank == 0 ? new(errorRate) : new(errorRate, likeness.Order().ElementAt(rank - 1), probabilities.Order().ElementAt(rank - 1));
    }

    /// <summary>Whether an image is none of these.</summary>
    /// <param name="likeness">Its largest cosine to a class's mean support image.</param>
    public bool Rejects(double likeness) => likeness < LeastLikeness;

    /// <summary>Whether a class is in an image's set.</summary>
    /// <param name="probability">The class's, calibrated, 0 to 1.</param>
    public bool Admits(double probability) => !(probability < LeastProbability);

    /// <summary>What is wrong with a rule that was read from a file; <see langword="null"/> where nothing is.</summary>
    internal string? FindFault() =>
        ErrorRate is > 0 and < 1 && LeastLikeness is null == LeastProbability is null && Math.Abs(LeastLikeness ?? 0) <= LargestCosine && (LeastProbability ?? 0) is >= 0 and <= 1 ? null
        : FormattableString.Invariant($"The error rate {ErrorRate} has a least likeness of {LeastLikeness} and a least probability of {LeastProbability}.");
}

/// <summary>What rejecting came to on labelled images of the classes.</summary>
/// <param name="Rejected">Images answered with "none of these", all of them wrongly.</param>
/// <param name="AcceptedAccuracy">The share of the others whose class was the most probable, 0 to 1; <see langword="null"/> where there were none.</param>
/// <param name="Coverage">The share of all images whose set held their class, 0 to 1.</param>
/// <param name="SetSize">Classes in a set, on average.</param>
public sealed record RejectionResult(int Rejected, double? AcceptedAccuracy, double Coverage, double SetSize);
