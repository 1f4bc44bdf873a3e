using Kedge.Calibration;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Persistence;

/// <summary>
/// The result of a fit and the content of a classifier file: the classifier, its card, and the class prototypes by
/// which it rejects images. Owns the classifier and the prototypes.
/// </summary>
internal sealed class FittedClassifier : IDisposable
{
    /// <summary>Puts the parts together.</summary>
    /// <param name="classifier">Owned from now on.</param>
    /// <param name="card">Its provenance and calibration.</param>
    /// <param name="prototypes">The <see cref="Prototypes"/>; owned from now on.</param>
    /// <exception cref="ArgumentException">The card rejects images and there are no prototypes, or the
    /// other way round.</exception>
    internal FittedClassifier(FewShotClassifier classifier, ClassifierCard card, Tensor? prototypes)
    {
        if (card.Probabilities?.Rejection is null != prototypes is null)
            throw new ArgumentException("Prototypes belong to a card that rejects images, and to no other.", nameof(prototypes));
        (Classifier, Card, Prototypes) = (classifier, card, prototypes);
    }

    /// <summary>The classifier.</summary>
    public FewShotClassifier Classifier { get; }

    /// <summary>The provenance and calibration of the classifier.</summary>
    public ClassifierCard Card { get; }

    /// <summary>[C, D]: the class prototypes; <see langword="null"/> where the card rejects nothing.</summary>
    public Tensor? Prototypes { get; }

    /// <summary>Fits and calibrates; a task that cannot be calibrated is refused before the fit.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The few-shot task.</param>
    /// <param name="calibration">Whether probabilities are calibrated and images rejected;
    /// <see langword="null"/> is neither.</param>
    /// <param name="card">The provenance of the classifier; the calibration is added to it.</param>
    /// <param name="store">Where a long fit saves its state, and resumes from;
    /// <see langword="null"/> for nowhere.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="KedgeException">The task lacks something, cannot be calibrated, or
    /// learning diverged.</exception>
    internal static FittedClassifier Fit(
        FewShotMethod method, FewShotTask task, CalibrationOptions? calibration, ClassifierCard card, IFitStore? store,
        IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        if (calibration is not null)
            CrossFit.Require(method, task);
        var classifier = store is null ? method.Fit(task, progress, cancellation) : method.Fit(task, store, progress, cancellation);
        try
        {
            var calibrator = calibration is null ? null : Calibrator.Fit(method, task, calibration, progress, cancellation);
            var prototypes = calibrator?.Rejection is null ? null : ClassPrototypes.Compute(task, classifier.Update);
            return new(classifier, card with { Probabilities = calibrator }, prototypes?.DetachFromDisposeScope());
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The cosine of each image to the nearest class prototype: B values; <see langword="null"/>
    /// where nothing is rejected.
    /// </summary>
    /// <param name="features">[B, D] unit.</param>
    internal double[]? Similarity(Tensor features) => Prototypes is null ? null : ClassPrototypes.Similarity(Prototypes, features);

    /// <summary>Frees the classifier and the prototypes.</summary>
    public void Dispose()
    {
        Classifier.Dispose();
        Prototypes?.Dispose();
    }
}
