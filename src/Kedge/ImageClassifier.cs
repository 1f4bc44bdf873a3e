using Kedge.Clip;
using Kedge.Data;
using Kedge.Evaluation;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Interpretation;
using Kedge.Methods;
using Kedge.Persistence;
using Kedge.Tasks;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge;

/// <summary>
/// A classifier of photos: a few labelled photos a class in, classes of other photos out. It puts the parts of the
/// library together: sampling, features, a method of the catalog, evaluation and the classifier file. Owns the
/// classifier; the CLIP stays the caller's and must outlive it.
/// </summary>
public sealed class ImageClassifier : IDisposable
{
    private readonly ClipModel _clip;
    private readonly ClipModel? _adapted; // the CLIP with the classifier's update, where it has one
    private readonly FittedClassifier _fitted;

    internal ImageClassifier(ClipModel clip, FittedClassifier fitted)
    {
        (_clip, _fitted) = (clip, fitted);
        _adapted = fitted.Classifier.Update is { } update ? clip.With(update) : null;
    }

    /// <summary>The fitted classifier of features; owned by this.</summary>
    public FewShotClassifier Classifier => _fitted.Classifier;

    /// <summary>Where it comes from.</summary>
    public ClassifierCard Card => _fitted.Card;

    /// <summary>The C class names, in the order of labels.</summary>
    public IReadOnlyList<string> ClassNames => Classifier.ClassNames;

    /// <summary>Learns a classifier from a data set's training part; nothing else of it is looked at.</summary>
    /// <param name="clip">The model whose features are learned from; stays the caller's.</param>
    /// <param name="dataset">At least two classes.</param>
    /// <param name="options">The method, the shots and so on; null is the defaults.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images or steps.</param>
    /// <returns>The classifier; dispose it.</returns>
    /// <exception cref="KedgeException">There is no such method or option, a class has too few images
    /// (<see cref="TaskOptions.ExactShots"/>), or images cannot be read.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; features made so far
    /// are in the cache.</exception>
    public static ImageClassifier Fit(
        ClipModel clip, ImageDataset dataset, ImageClassifierOptions? options = null,
        EncodingContext? context = null, CancellationToken cancellation = default)
    {
        options ??= new();
        options.Calibration?.Check();
        var method = options.Method;
        if (!method.Requires.HasFlag(TaskParts.Support) && options.Calibration is null) // it sees names alone
            (dataset, options) = (dataset with { Train = [] }, options with { Shots = null });
        return FitTo(clip, dataset, options, context ?? new(), cancellation);
    }

    /// <summary>A classifier that knows its classes by name alone.</summary>
    /// <param name="clip">The model; stays the caller's.</param>
    /// <param name="classNames">C different names, at least two.</param>
    /// <param name="templates">The sentences that they are put into; null is "a photo of a {}." alone.</param>
    /// <returns>The classifier; dispose it.</returns>
    /// <exception cref="KedgeException">There are too few names, or one of them twice, or one is too long.</exception>
    public static ImageClassifier ZeroShot(
        ClipModel clip, IReadOnlyList<string> classNames, IReadOnlyList<PromptTemplate>? templates = null)
    {
        var options = new ImageClassifierOptions();
        options = templates is null ? options : options with { Templates = templates };
        return FitTo(clip, new("", classNames, [], [], []), options with { Method = new ZeroShot(), Shots = null }, new(), default);
    }

    /// <summary>Reads a classifier.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="clip">The model that it was fitted on; stays the caller's. The classifier
    /// computes on its device.</param>
    /// <param name="catalog">The methods that may be in it; null is <see cref="MethodCatalog.Default"/>.</param>
    /// <returns>The classifier; dispose it.</returns>
    /// <exception cref="KedgeException">The file is damaged or of a newer Kedge, or was fitted on other weights or
    /// another preprocessing.</exception>
    public static ImageClassifier Load(string path, ClipModel clip, MethodCatalog? catalog = null)
    {
        var fitted = ClassifierFile.Open(path, clip.Device, catalog, clip);
        try
        {
            fitted.Card.RequireModel(path, clip.Name, clip.Fingerprint);
            CardPreprocessing.Require(path, fitted.Card, clip.Name, clip.Preprocessing);
            return new ImageClassifier(clip, fitted);
        }
        catch
        {
            fitted.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes the classifier, completely or not at all: all of it but the CLIP weights, whose fingerprint it holds.
    /// </summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public void Save(string path) => ClassifierFile.Save(path, _fitted);

    /// <summary>Finds the most probable classes of images.</summary>
    /// <param name="images">B images.</param>
    /// <param name="top">Classes an image, at least 1; all where there are fewer.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>B predictions in the order of the images, fewer where the context has images left out.</returns>
    /// <exception cref="KedgeException">Images cannot be read.</exception>
    public IReadOnlyList<ImagePrediction> Predict(
        IReadOnlyList<ImageFile> images, int top = 5, EncodingContext? context = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (images.Count == 0)
            return [];
        using var scope = NewDisposeScope();
        var (features, usable, _) = Photos(context).EncodeUsable(images, Classifier.Needs, cancellation);
        var scores = ImageScores.Compute(_fitted, features, cancellation);
        return [.. usable.Zip(scores, (image, score) => score.Predict(image, _fitted, top))];
    }

    /// <summary>
    /// Finds the most probable classes of images, batch by batch and in bounded memory: for each image, in their order,
    /// a prediction or why there is none (<see cref="ImagePrediction.Error"/>), as soon as it is known.
    /// </summary>
    /// <param name="images">B images; those that cannot be read stop none of the others.</param>
    /// <param name="top">Classes an image, at least 1; all where there are fewer.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    public IEnumerable<ImagePrediction> PredictEach(
        IReadOnlyList<ImageFile> images, int top = 5, EncodingContext? context = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        return Photos(context)
            .EncodeEach(images, Classifier.Needs, features => ImageScores.Compute(_fitted, features, cancellation), cancellation)
            .Select(image => image.Result?.Predict(image.Image, _fitted, top)
                ?? new ImagePrediction(image.Image, []) { Error = image.Failure!.Message });
    }

    /// <summary>Explains classes of images: by parts of their logits, where there are some, and by patches.</summary>
    /// <param name="images">B images.</param>
    /// <param name="classes">Classes an image, at least 2; all where there are fewer.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>B explanations in the order of the images, fewer where the context has images left out.</returns>
    /// <exception cref="KedgeException">Images cannot be read.</exception>
    public IReadOnlyList<ImageExplanation> Explain(
        IReadOnlyList<ImageFile> images, int classes = 5, EncodingContext? context = null, CancellationToken cancellation = default)
    {
        if (images.Count == 0)
            return [];
        using var scope = NewDisposeScope();
        var (features, usable, _) = Photos(context).EncodeUsable(images, Classifier.Needs, cancellation);
        return ClassHeatMap.Beside(Decision.Decide(Classifier, features, classes, Card.Probabilities?.Temperature ?? 1),
            _adapted ?? _clip, Classifier, usable, cancellation);
    }

    /// <summary>Reads what the classifier's anchors have become.</summary>
    /// <param name="top">Words, phrases and classes an anchor, at least 1.</param>
    /// <param name="words">The open words and phrases to name anchors by; null is <see cref="OpenWords.All"/>.</param>
    /// <param name="cancellation">Stops between some words and the next.</param>
    /// <returns>A description of each anchor, in their order.</returns>
    /// <exception cref="KedgeException">The method has no anchors, or a word is too long.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public IReadOnlyList<AnchorDescription> ReadAnchors(
        int top = 5, IReadOnlyList<string>? words = null, CancellationToken cancellation = default)
    {
        RequireParts();
        return new AnchorDescriber(Classifier, _clip, words).Describe(top, cancellation);
    }

    /// <summary>Measures how often the classifier is right.</summary>
    /// <param name="images">Labelled images; for an honest figure, none that it was fitted on.</param>
    /// <param name="classNames">What the labels index. Names are matched with the classifier's, so the order may
    /// differ; null is the classifier's own.</param>
    /// <param name="context">Cache and progress; null is none.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <returns>The figures, with the classifier's order of classes.</returns>
    /// <exception cref="KedgeException">There are no images, some cannot be read, or a name is not one of the
    /// classifier's.</exception>
    public EvaluationResult Evaluate(
        IReadOnlyList<LabelledImage> images, IReadOnlyList<string>? classNames = null,
        EncodingContext? context = null, CancellationToken cancellation = default)
    {
        var places = ClassNames.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place);
        int[] labels =
            [.. (classNames ?? ClassNames).Select(name => places.TryGetValue(name, out var place) ? place : throw Unknown(name))];
        if (images.Count == 0)
            return EvaluationResult.Compute(empty(0, ClassNames.Count), [], ClassNames);
        using var scope = NewDisposeScope();
        var part = Photos(context).EncodeLabelled(images, Classifier.Needs, cancellation);
        var logits = Classifier.LogitsInBatches(part.Images, cancellation); // [Q, C]
        int[] actual = [.. part.Labels.cpu().data<long>().Select(label => labels[label])];
        return EvaluationResult.Compute(logits, actual, ClassNames, Card.Probabilities, _fitted.Similarity(part.Features))
            .WithLeftOut(part.LeftOut);
    }

    /// <summary>The same with another card; takes the classifier over.</summary>
    internal ImageClassifier With(ClassifierCard card) => new(_clip, new(_fitted.Classifier, card, _fitted.Prototypes));

    /// <summary>Frees the classifier, not the CLIP.</summary>
    public void Dispose()
    {
        _fitted.Dispose();
        _adapted?.Dispose();
    }

    private static ImageClassifier FitTo(
        ClipModel clip, ImageDataset dataset, ImageClassifierOptions options, EncodingContext context, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var method = options.Method;
        var (task, leftOut) = new TaskEncoder(clip, context).EncodeTask(dataset, method.Requires.Kinds(), options, cancellation);
        var seed = options.Shots is null ? (int?)null : options.Seed;
        var card = CardPreprocessing.Describe(
            clip, new(dataset.Name, task.Support.Count, options.Shots, seed) { LeftOut = leftOut }, options.CreatedBy);
        return new ImageClassifier(clip,
            FittedClassifier.Fit(method, task, options.Calibration, card, context.FitStore, context.Fitting, cancellation));
    }

    private PhotoEncoder Photos(EncodingContext? context) => new(_adapted ?? _clip, context ?? new());

    private void RequireParts() => Classifier.RequireParts($"fit one of {string.Join(", ", MethodCatalog.Default.Explaining)}");

    private KedgeException Unknown(string className)
    {
        if (ClassNames.Count == 0)
            return UntaughtClassifier.NoClasses(Classifier.Method);
        const int shown = 10;
        var more = ClassNames.Count > shown ? $" and {ClassNames.Count - shown} more" : "";
        return new($"Evaluating found the class '{className}', which the classifier does not know: " +
            $"it knows {string.Join(", ", ClassNames.Take(shown))}{more}. Take the class away, or fit again with it.");
    }
}
