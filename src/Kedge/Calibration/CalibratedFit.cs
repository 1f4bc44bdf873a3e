using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Calibration;

/// <summary>A fit, of photos or of features, with what is found beside it where that is asked.</summary>
/// <param name="Classifier">What was fitted; owned by the caller.</param>
/// <param name="Probabilities">How its logits become probabilities; <see langword="null"/> where nothing was calibrated.</param>
/// <param name="Centres">[C, D], what likeness is measured by (<see cref="SupportCentres"/>), owned by the caller; <see langword="null"/> where nothing is rejected.</param>
internal sealed record CalibratedFit(FewShotClassifier Classifier, ProbabilityCalibration? Probabilities, Tensor? Centres)
{
    /// <summary>Fits, then calibrates; a task that cannot be calibrated is refused before the fit.</summary>
    internal static CalibratedFit Of(
        FewShotMethod method, FewShotTask task, CalibrationOptions? calibration, IFitStore? store, IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        if (calibration is not null)
            CrossFit.Require(method, task);
        var classifier = store is null ? method.Fit(task, progress, cancellation) : method.Fit(task, store, progress, cancellation);
        try
        {
            var probabilities = calibration is null ? null : ProbabilityCalibration.Fit(method, task, calibration, progress, cancellation);
            return new(classifier, probabilities, probabilities?.Rejection is null ? null : SupportCentres.Of(task, classifier.Update).DetachFromDisposeScope());
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }
}
