using System.Text.Json;
using Kedge.Calibration;
using Kedge.Evaluation;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Persistence;
using Kedge.Runtime;
using Kedge.Tasks;
using static TorchSharp.torch;

namespace Kedge;

/// <summary>
/// A classifier of a <see cref="FeatureTask"/>: as <see cref="ImageClassifier"/> is of photos, with features for photos
/// and no CLIP. Owns the classifier.
/// </summary>
public sealed class FeatureClassifier : IDisposable
{
    private static readonly JsonElement NoPreprocessing = JsonSerializer.SerializeToElement<object?>(null);

    private readonly FittedClassifier _fitted;

    private FeatureClassifier(FittedClassifier fitted) => _fitted = fitted;

    /// <summary>The fitted classifier of features; owned by this.</summary>
    public FewShotClassifier Classifier => _fitted.Classifier;

    /// <summary>Where it comes from; its fingerprint is the task's.</summary>
    public ClassifierCard Card => _fitted.Card;

    /// <summary>Learns a classifier from a task's support images; queries and validation are not looked at.</summary>
    /// <param name="task">What to learn from; stays the caller's.</param>
    /// <param name="method">How to learn, such as <c>MethodCatalog.Default.Create("tip-adapter")</c>.</param>
    /// <param name="createdBy">The program that the saved file names as its maker.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="store">Where a method that learns long keeps what it has reached, and goes on
    /// from; null is nowhere.</param>
    /// <param name="calibration">Whether probabilities are calibrated and images rejected, at the cost of up to four
    /// more fits; null is neither.</param>
    /// <param name="cancellation">Stops the fit between two steps.</param>
    /// <returns>The classifier, on the task's device; dispose it.</returns>
    /// <exception cref="KedgeException">The task lacks something that the method needs, such as a text tower or a
    /// class's images.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public static FeatureClassifier Fit(
        FeatureTask task, FewShotMethod method, string createdBy = "Kedge", IProgress<FitProgress>? progress = null,
        IFitStore? store = null, CalibrationOptions? calibration = null, CancellationToken cancellation = default)
    {
        calibration?.Check();
        var card = new ClassifierCard
        {
            Model = task.Model is { } model ? $"features of {model}" : "features of an unnamed model",
            Fingerprint = task.Fingerprint,
            Preprocessing = NoPreprocessing,
            Support = new SupportDescription(
                task.Name, method.Requires.HasFlag(TaskParts.Support) || calibration is not null ? task.Support.Count : 0),
            CreatedBy = createdBy,
        };
        return new FeatureClassifier(FittedClassifier.Fit(method, task.Task, calibration, card, store, progress, cancellation));
    }

    /// <summary>Reads a classifier.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="device">Where it is to compute; the CPU by default.</param>
    /// <param name="catalog">The methods that may be in it; null is <see cref="MethodCatalog.Default"/>.</param>
    /// <returns>The classifier; dispose it.</returns>
    /// <exception cref="KedgeException">The file is damaged or of a newer Kedge, or its classifier is
    /// one of photos.</exception>
    public static FeatureClassifier Load(string path, Device? device = null, MethodCatalog? catalog = null)
    {
        LibTorch.Load();
        var fitted = ClassifierFile.Open(path, device, catalog);
        if (fitted.Card.OfFeatures)
            return new FeatureClassifier(fitted);
        fitted.Dispose();
        throw new KedgeException($"The classifier '{path}' was fitted on photos with {fitted.Card.Model}, not on a task of features: " +
            "give it photos (--data), or fit on the task (--task).");
    }

    /// <summary>Writes the classifier, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public void Save(string path) => ClassifierFile.Save(path, _fitted);

    /// <summary>Measures how often the classifier is right.</summary>
    /// <param name="task">A task of the classes and class features that it was fitted on; the shots and the
    /// seed may be others.</param>
    /// <param name="part">Which of the task's images; for an honest figure its <see cref="FeatureTask.Query"/>.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="KedgeException">The task is of other classes or of another feature space.</exception>
    public EvaluationResult Evaluate(FeatureTask task, LabelledFeatures part, CancellationToken cancellation = default)
    {
        if (task.Fingerprint != Card.Fingerprint)
        {
            throw new KedgeException("The classifier was fitted on a task of other class names or class features (fingerprint " +
                $"{Card.Fingerprint}) " +
                $"than {task.Name} has (fingerprint {task.Fingerprint}): take a task of the same features (made with " +
                "as many --threads, as another number changes their last bits), or fit again on this one.");
        }
        using var scope = NewDisposeScope();
        var logits = Classifier.LogitsInBatches(part.Images, cancellation);                   // [Q, C]
        return EvaluationResult.Compute(logits, [.. part.Labels.cpu().data<long>().Select(label => (int)label)],
            Classifier.ClassNames, Card.Probabilities,
            _fitted.Similarity(part.Features)).WithLeftOut(part.LeftOut);
    }

    /// <summary>Frees the classifier.</summary>
    public void Dispose() => _fitted.Dispose();
}
