using System.Text.Json.Serialization;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Calibration;

/// <summary>How a classifier is calibrated: temperature scaling, and on request conformal rejection.</summary>
/// <param name="ErrorRate">
/// The accepted probability that an image of the classes is rejected ("none of these"), above 0 and below 1;
/// <see langword="null"/>, the default, rejects nothing.
/// </param>
public sealed record CalibrationOptions(double? ErrorRate = null)
{
    /// <summary>Throws where the error rate is out of range.</summary>
    /// <exception cref="KedgeException">The error rate is not above 0 and below 1.</exception>
    internal void Check()
    {
        if (ErrorRate is not (null or (> 0 and < 1)))
            throw new KedgeException(FormattableString.Invariant($"The error rate is {ErrorRate}: it must be above 0 and below 1."));
    }
}

/// <summary>
/// How a classifier's logits become calibrated probabilities, and when it rejects an image: found on support images by
/// fits that had not seen them (cross-fitting).
/// </summary>
/// <param name="Temperature">T: probabilities are the softmax of logits / T. 0.001 to 1000.</param>
/// <param name="Images">M: support images that were left out of a fit once.</param>
/// <param name="Folds">The number of cross-fitting folds: fits beside the classifier's own.</param>
/// <param name="Before">NLL and ECE of the left-out images' probabilities at T = 1.</param>
/// <param name="After">The same at T; slightly optimistic, as T was chosen on them.</param>
/// <param name="Rejection">When an image is rejected; <see langword="null"/> never.</param>
public sealed record Calibrator(
    double Temperature, int Images, int Folds, CalibrationError Before, CalibrationError After,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ConformalPredictor? Rejection = null)
{
    /// <summary>
    /// Calibrates a method on a task's support images: 4 folds by class, or as many as the largest class has images;
    /// each is scored by a fit on the others.
    /// </summary>
    /// <param name="method">The method that the classifier is fitted with.</param>
    /// <param name="task">The task that it is fitted on; a class of one image is in every fit.</param>
    /// <param name="options">The error rate; null calibrates and rejects nothing.</param>
    /// <param name="progress">Told of each step of each fit.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="KedgeException">
    /// No class has two images, a fit fails, or the error rate is not above 0 and below 1.
    /// </exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public static Calibrator Fit(
        FewShotMethod method, FewShotTask task, CalibrationOptions? options = null, IProgress<FitProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new();
        options.Check();
        return Fit(CrossFit.Fit(method, task, progress, cancellation), task.Classes.Count, options);
    }

    private static Calibrator Fit(CrossFit crossFit, int classes, CalibrationOptions options)
    {
        var temperature = TemperatureScaling.Fit(crossFit.Logits, crossFit.Labels, classes, crossFit.Weights);
        double[] trueProbabilities = [.. crossFit.Logits.Chunk(classes)
            .Zip(crossFit.Labels, (row, label) => new RowSoftmax(row, temperature).Probability(label))];
        return new(
            temperature, crossFit.Labels.Length, crossFit.Folds,
            CalibrationError.Measure(crossFit.Logits, crossFit.Labels, classes),
            CalibrationError.Measure(crossFit.Logits, crossFit.Labels, classes, temperature),
            options.ErrorRate is { } rate ? ConformalPredictor.Fit(rate, crossFit.Similarities, trueProbabilities) : null);
    }

    /// <summary>[B, C] probabilities in double precision: the softmax of logits / T.</summary>
    /// <param name="logits">[B, C].</param>
    /// <returns>Owned by the caller.</returns>
    public Tensor Probabilities(Tensor logits)
    {
        using var scope = NewDisposeScope();
        return nn.functional.softmax(logits.to(ScalarType.Float64).Div(Temperature), dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The first fault of a calibrator that was read from a file; <see langword="null"/> where it is valid.
    /// </summary>
    internal string? FindFault()
    {
        if (Temperature is not (>= TemperatureScaling.Min and <= TemperatureScaling.Max))
            return FormattableString.Invariant($"The temperature is {Temperature}.");
        if (Images < 1 || Folds < 2)
            return $"The probabilities are of {Images} images in {Folds} folds.";
        if (!IsInRange(Before) || !IsInRange(After))
            return "NLL or ECE is missing or out of range.";
        return Rejection?.FindFault();

        static bool IsInRange(CalibrationError? error) =>
            error is { NegativeLogLikelihood: >= 0 and < double.PositiveInfinity, ExpectedError: >= 0 and <= 1 };
    }
}
