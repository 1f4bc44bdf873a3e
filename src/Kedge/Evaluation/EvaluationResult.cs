using Kedge.Calibration;
using static TorchSharp.torch;

namespace Kedge.Evaluation;

/// <summary>Metrics of a classifier on labelled images. Immutable; all shares are from 0 to 1.</summary>
public sealed class EvaluationResult
{
    private readonly int[][] _confusion;

    private EvaluationResult(IReadOnlyList<string> classNames, int[][] confusion, bool[] correct, int inTop5)
    {
        (ClassNames, _confusion, Correct) = (classNames, confusion, correct);
        var classes = Enumerable.Range(0, confusion.Length).ToArray();
        var actual = classes.Select(c => confusion[c].Sum()).ToArray();
        var predicted = classes.Select(c => confusion.Sum(row => row[c])).ToArray();
        Count = actual.Sum();
        Top1 = classes.Sum(c => confusion[c][c]) / (double)Count;
        Top5 = inTop5 / (double)Count;
        ClassAccuracies = [.. classes.Select(c => actual[c] == 0 ? (double?)null : confusion[c][c] / (double)actual[c])];
        BalancedAccuracy = ClassAccuracies.OfType<double>().Average();
        MacroF1 = classes.Where(c => actual[c] + predicted[c] > 0).Average(c => 2.0 * confusion[c][c] / (actual[c] + predicted[c]));
    }

    /// <summary>The C names.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Images evaluated.</summary>
    public int Count { get; }

    /// <summary>Images that were left out, as they cannot be read: they count for nothing.</summary>
    public int LeftOut { get; private set; }

    /// <summary>For each image whether its class has the highest logit, the prediction of <see cref="Top1"/>.</summary>
    public IReadOnlyList<bool> Correct { get; }

    /// <summary>
    /// Top-1 accuracy: the share of images whose class has the highest logit; of equal logits the first class counts as
    /// higher.
    /// </summary>
    public double Top1 { get; }

    /// <summary>
    /// Balanced accuracy: the mean of <see cref="ClassAccuracies"/>, of the classes that have images; top-1 where all
    /// have equally many.
    /// </summary>
    public double BalancedAccuracy { get; }

    /// <summary>
    /// Top-5 accuracy: the share of images whose class is among the five highest logits; 1 where there are at most five
    /// classes.
    /// </summary>
    public double Top5 { get; }

    /// <summary>Top-1 accuracy on each class's images; <see langword="null"/> for a class without any.</summary>
    public IReadOnlyList<double?> ClassAccuracies { get; }

    /// <summary>
    /// Macro F1: the unweighted mean of each class's F1 (harmonic mean of precision and recall), over the classes that
    /// occur among the labels or the predictions.
    /// </summary>
    public double MacroF1 { get; }

    /// <summary>NLL and ECE of the probabilities.</summary>
    public CalibrationError Calibration { get; private init; } = null!;

    /// <summary>The same without the classifier's temperature; <see langword="null"/> where it has none.</summary>
    public CalibrationError? Uncalibrated { get; private init; }

    /// <summary>
    /// Metrics of rejection and prediction sets; <see langword="null"/> where the classifier rejects nothing.
    /// </summary>
    public RejectionResult? Rejection { get; private init; }

    /// <summary>The confusion matrix [C][C]: true class by row, predicted class by column.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Confusion => _confusion;

    /// <summary>Computes the metrics of logits.</summary>
    /// <param name="logits">[Q, C], Q at least 1, any device.</param>
    /// <param name="labels">Q true classes, each in 0 … C−1.</param>
    /// <param name="classNames">C names.</param>
    /// <param name="probabilities">How logits become probabilities; null is their softmax.</param>
    /// <param name="similarities">Q cosines to the nearest class prototype, for <see cref="Rejection"/>;
    /// null leaves that out.</param>
    /// <exception cref="KedgeException">There is no image, or logits hold NaN.</exception>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a label is no class.</exception>
    public static EvaluationResult Compute(
        Tensor logits, IReadOnlyList<int> labels, IReadOnlyList<string> classNames, Calibrator? probabilities = null,
        IReadOnlyList<double>? similarities = null)
    {
        if (logits.shape is not [var q, var c] || q != labels.Count || c != classNames.Count)
        {
            var shape = string.Join(", ", logits.shape);
            throw new ArgumentException($"Logits of shape [{shape}] do not fit {labels.Count} labels and {classNames.Count} class names.",
                nameof(logits));
        }
        if (labels.Count == 0)
            throw new KedgeException("Evaluating found no image: it needs at least one labelled image.");
        if (labels.Any(label => label < 0 || label >= classNames.Count))
            throw new ArgumentOutOfRangeException(nameof(labels), $"Labels must be from 0 to {classNames.Count - 1}.");
        using var scope = NewDisposeScope();
        return Compute(logits.detach().to(ScalarType.Float32).cpu().data<float>().ToArray(),
            labels, classNames, probabilities, similarities);
    }

    /// <summary>The same with a number of images that were left out.</summary>
    internal EvaluationResult WithLeftOut(int count)
    {
        var result = (EvaluationResult)MemberwiseClone();
        result.LeftOut = count;
        return result;
    }

    private static EvaluationResult Compute(
        ReadOnlySpan<float> logits, IReadOnlyList<int> labels, IReadOnlyList<string> classNames, Calibrator? probabilities,
        IReadOnlyList<double>? similarities)
    {
        var count = classNames.Count;
        var confusion = Enumerable.Range(0, count).Select(_ => new int[count]).ToArray();
        var correct = new bool[labels.Count];
        var inTop5 = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            var row = logits.Slice(i * count, count);
            var (label, best, higher) = (labels[i], 0, 0);
            for (var c = 0; c < count; c++)
            {
                if (float.IsNaN(row[c]))
                    throw new KedgeException(
                        $"Evaluating found NaN among the logits of image {i + 1} of {labels.Count}: fit the classifier again.");
                best = row[c] > row[best] ? c : best;
                higher += row[c] > row[label] || (row[c] == row[label] && c < label) ? 1 : 0;
            }
            confusion[label][best]++;
            correct[i] = best == label;
            inTop5 += higher < 5 ? 1 : 0;
        }
        return new EvaluationResult([.. classNames], confusion, correct, inTop5)
        {
            Calibration = CalibrationError.Measure(logits, labels, count, probabilities?.Temperature ?? 1),
            Uncalibrated = probabilities is null ? null : CalibrationError.Measure(logits, labels, count),
            Rejection = probabilities?.Rejection is { } rejection && similarities is not null
                ? Reject(rejection, probabilities.Temperature, logits, labels, correct, similarities)
                : null,
        };
    }

    private static RejectionResult Reject(
        ConformalPredictor rejection, double temperature, ReadOnlySpan<float> logits, IReadOnlyList<int> labels, bool[] correct,
        IReadOnlyList<double> similarities)
    {
        var (classes, rejected, acceptedCorrect, covered, setSizes) = (logits.Length / labels.Count, 0, 0, 0, 0L);
        for (var i = 0; i < labels.Count; i++)
        {
            var probabilities = new RowSoftmax(logits.Slice(i * classes, classes), temperature).Probabilities();
            var isRejected = rejection.Rejects(similarities[i]);
            (rejected, setSizes) = (rejected + (isRejected ? 1 : 0), setSizes + probabilities.Count(rejection.Contains));
            acceptedCorrect += !isRejected && correct[i] ? 1 : 0;
            covered += rejection.Contains(probabilities[labels[i]]) ? 1 : 0;
        }
        var accepted = labels.Count - rejected;
        return new(
            rejected, accepted == 0 ? null : acceptedCorrect / (double)accepted,
            covered / (double)labels.Count, setSizes / (double)labels.Count);
    }
}
