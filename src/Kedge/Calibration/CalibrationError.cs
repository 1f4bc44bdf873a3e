namespace Kedge.Calibration;

/// <summary>
/// How well calibrated probabilities are, the softmax of logits: negative log-likelihood and
/// expected calibration error.
/// </summary>
/// <param name="NegativeLogLikelihood">Mean of −log p of the true class, in nats; lower is better, log C is what equal
/// probabilities give.</param>
/// <param name="ExpectedError">
/// Expected calibration error: images are put into 15 bins of equal width by the probability of the class that was
/// chosen; the mean over the images of the distance between that probability's mean and the share that is right in a
/// bin, 0 to 1 (Guo et al. 2017, arXiv 1706.04599).
/// </param>
public sealed record CalibrationError(double NegativeLogLikelihood, double ExpectedError)
{
    private const int Bins = 15; // Guo et al.'s

    /// <summary>Measures probabilities on labelled images.</summary>
    /// <param name="logits">[Q · C], row by row, without NaN.</param>
    /// <param name="labels">Q true classes.</param>
    /// <param name="classes">C.</param>
    /// <param name="temperature">What logits are divided by.</param>
    internal static CalibrationError Measure(ReadOnlySpan<float> logits, IReadOnlyList<int> labels, int classes, double temperature = 1)
    {
        var loss = 0.0;
        var gaps = new double[Bins]; // per bin: the sum of probability − right
        for (var i = 0; i < labels.Count; i++)
        {
            var softmax = new RowSoftmax(logits.Slice(i * classes, classes), temperature);
            var confidence = 1 / softmax.Sum;
            loss += Math.Log(softmax.Sum) - softmax.Exponent(labels[i]);
            gaps[Math.Min(Bins - 1, (int)(confidence * Bins))] += confidence - (softmax.Best == labels[i] ? 1 : 0);
        }
        return new(loss / labels.Count, gaps.Sum(Math.Abs) / labels.Count);
    }
}
