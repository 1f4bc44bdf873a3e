namespace Kedge.Calibration;

/// <summary>
/// Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks", arXiv 1706.04599): logits are
/// divided by the temperature T before the softmax,
/// <code>
///     T = argmin over T of  mean over images of −log softmax(logits / T)[label]
/// </code>
/// Convex in 1/T, so that bisection finds the zero of its slope. T above 1 means that the logits were overconfident;
/// the most probable class does not change. Where uneven classes are balanced, the mean is weighted by class.
/// </summary>
/// <remarks>
/// Deliberate difference: where every image is right there is no minimum, as a smaller T always has a
/// smaller loss. Then T is such that the mean probability is (n + 1) / (n + 2), by Laplace's rule of
/// succession after n right ones of n.
/// </remarks>
internal static class TemperatureScaling
{
    /// <summary>The range of T; at an end, images are no better than chance, or the logits hardly differ.</summary>
    internal const double Min = 1e-3, Max = 1e3;

    private const double Precision = 1e-9; // relative

    /// <summary>The temperature.</summary>
    /// <param name="logits">[M · C], row by row, finite.</param>
    /// <param name="labels">M true classes, at least one.</param>
    /// <param name="classes">C.</param>
    /// <param name="weights">How much each image counts, mean 1; null for all alike.</param>
    internal static double Fit(float[] logits, IReadOnlyList<int> labels, int classes, float[]? weights = null)
    {
        var allRight = Enumerable.Range(0, labels.Count).All(i => IsRight(logits.AsSpan(i * classes, classes), labels[i]));
        var expected = (labels.Count + 1.0) / (labels.Count + 2);
        var (low, high) = (1 / Max, 1 / Min); // of 1/T
        while (high / low > 1 + Precision)
        {
            var middle = Math.Sqrt(low * high);
            var (slope, probability) = Means(logits, labels, classes, middle, weights);
            if (allRight ? probability > expected : slope > 0)
                high = middle;
            else
                low = middle;
        }
        return 1 / Math.Sqrt(low * high);
    }

    private static bool IsRight(ReadOnlySpan<float> row, int label)
    {
        for (var c = 0; c < row.Length; c++)
        {
            if (c != label && row[c] >= row[label])
                return false;
        }
        return true;
    }

    /// <summary>
    /// Means over the images: how steeply the loss rises with 1/T, which is the expected logit − the true class's, and
    /// the true class's probability.
    /// </summary>
    private static (double Slope, double Probability) Means(
        float[] logits, IReadOnlyList<int> labels, int classes, double sharpness, float[]? weights)
    {
        var (slope, probability) = (0.0, 0.0);
        for (var i = 0; i < labels.Count; i++)
        {
            var row = logits.AsSpan(i * classes, classes);
            var softmax = new RowSoftmax(row, sharpness: sharpness);
            var weight = weights is null ? 1 : weights[i];
            slope += weight * ((softmax.WeightedSum / softmax.Sum) - row[labels[i]]);
            probability += weight * softmax.Probability(labels[i]);
        }
        return (slope / labels.Count, probability / labels.Count);
    }
}
