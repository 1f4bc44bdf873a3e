using System.Globalization;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Persistence;

/// <summary>
/// A classifier on disk (<c>.kedge</c>): one safetensors file with the classifier's tensors and, as metadata, all else that classifying needs except the
/// CLIP weights, of which it holds the fingerprint. Nothing in it is ever executed. The same classifier and card always give the same bytes.
/// </summary>
/// <remarks>
/// Metadata: <c>format</c> = "kedge-classifier"; <c>version</c> = "1", or "2" where the card has probabilities, which the first Kedge could not read; the tensor <c>rejection.centres</c> where it rejects images;
/// <c>classifier</c> = a JSON object with kedgeVersion, method, options, classNames, templates, logitScale, featureWidth, selection, details and card
/// (model, fingerprint, preprocessing, support, probabilities, createdBy).
/// </remarks>
public sealed class ClassifierFile : IDisposable
{
    private const string FormatName = "kedge-classifier";
    private const string CentresName = "rejection.centres";
    private const int NewestVersion = 2;

    private readonly string _path;

    private ClassifierFile(string path, FewShotClassifier classifier, ClassifierDocument document, Tensor? centres) =>
        (_path, Classifier, Card, KedgeVersion, Centres) = (path, classifier, document.Card, document.KedgeVersion, centres);

    /// <summary>The classifier; owned by this file.</summary>
    public FewShotClassifier Classifier { get; }

    /// <summary>Where the classifier comes from.</summary>
    public ClassifierCard Card { get; }

    /// <summary>
    /// [C, D]: each class's unit mean support image, which says how much an image is like what was learned from; <see langword="null"/> where the card rejects nothing. Owned by this file.
    /// </summary>
    public Tensor? Centres { get; }

    /// <summary>The version of Kedge that wrote the file.</summary>
    public string KedgeVersion { get; }

    /// <summary>Writes a classifier, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="classifier">The classifier, on any device; stays the caller's.</param>
    /// <param name="card">Where it comes from.</param>
    /// <param name="centres">The <see cref="Centres"/>, where the card rejects images; stay the caller's.</param>
    /// <exception cref="ArgumentException">The card rejects images and there are no centres, or the other way round.</exception>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Save(string path, FewShotClassifier classifier, ClassifierCard card, Tensor? centres = null)
    {
        if (card.Probabilities?.Rejection is null != centres is null)
            throw new ArgumentException("Centres are saved with a card that rejects images, and with no other.", nameof(centres));
        var tensors = centres is null ? classifier.State.Tensors : new Dictionary<string, Tensor>(classifier.State.Tensors) { [CentresName] = centres };
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = FormatName,
            ["version"] = card.Probabilities is null ? "1" : "2",
            ["classifier"] = ClassifierDocument.Of(classifier.State, card).Write(),
        });
    }

    /// <summary>Reads a classifier and checks all of it; the file is closed again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the classifier is to compute; the CPU by default.</param>
    /// <returns>The classifier with its card; dispose it.</returns>
    /// <exception cref="KedgeException">The file cannot be read, is no classifier, is damaged, or is of a newer Kedge.</exception>
    public static ClassifierFile Open(string path, Device? device = null)
    {
        using var file = SafetensorsFile.Open(path);
        CheckVersion(path, file.Metadata);
        try
        {
            var description = file.Metadata.GetValueOrDefault("classifier") ?? throw new KedgeException("it has no description; fit it again.");
            var document = ClassifierDocument.Read(description);
            var method = MethodCatalog.Create(document.Method, document.Options);
            var tensors = ReadTensors(file, device ?? CPU);
            var centres = TakeCentres(document, tensors);
            try
            {
                return new ClassifierFile(path, method.Restore(document.ToState(method, tensors)), document, centres);
            }
            catch
            {
                centres?.Dispose();
                throw;
            }
        }
        catch (KedgeException e)
        {
            throw new KedgeException($"Opening the classifier '{path}' failed: {e.Message}", e);
        }
    }

    /// <summary>Refuses a model whose features the classifier does not know.</summary>
    /// <param name="model">The name of the model at hand.</param>
    /// <param name="fingerprint">The fingerprint of its weights.</param>
    /// <exception cref="KedgeException">The weights are not those that the classifier was fitted on, or it is one of features.</exception>
    public void RequireModel(string model, string fingerprint)
    {
        RequirePhotos();
        if (fingerprint != Card.Fingerprint)
        {
            throw new KedgeException($"The classifier '{_path}' was fitted on {Card.Model} (weights {Card.Fingerprint}), " +
                $"the model at hand is {model} (weights {fingerprint}): use {Card.Model}, or fit again on this one.");
        }
    }

    /// <summary>Refuses where photos are to be classified by what was learned from features alone.</summary>
    /// <exception cref="KedgeException">There is no CLIP behind the classifier.</exception>
    public void RequirePhotos()
    {
        if (Card.OfFeatures)
        {
            throw new KedgeException($"The classifier '{_path}' was fitted on a task of features (--task) and no CLIP is behind it that could encode photos: " +
                "give it such a task, or fit on photos (--data).");
        }
    }

    /// <summary>Frees the classifier.</summary>
    public void Dispose()
    {
        Classifier.Dispose();
        Centres?.Dispose();
    }

    private static void CheckVersion(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.GetValueOrDefault("format") != FormatName)
            throw new KedgeException($"'{path}' is no classifier: its metadata lack format = {FormatName}; give a file that was saved by a fit.");
        var version = metadata.GetValueOrDefault("version");
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            throw new KedgeException($"'{path}' has the format version '{version}', expected 1 to {NewestVersion}: the file is damaged; fit it again.");
        if (number > NewestVersion)
            throw new KedgeException($"'{path}' was written by a newer Kedge (format {number}, this one reads up to {NewestVersion}): update Kedge.");
    }

    /// <summary>What is not the method's; frees all where it is damaged.</summary>
    private static Tensor? TakeCentres(ClassifierDocument document, Dictionary<string, Tensor> tensors)
    {
        if (document.Card.Probabilities?.Rejection is null)
            return null;
        long[] expected = [document.ClassNames.Length, document.FeatureWidth];
        if (tensors.Remove(CentresName, out var centres) && centres.dtype == ScalarType.Float32 && centres.shape.SequenceEqual(expected) && centres.AllFinite())
            return centres;
        foreach (var tensor in tensors.Values.Append(centres))
            tensor?.Dispose();
        throw new KedgeException($"its '{CentresName}' are not finite numbers of Float32 [{string.Join(", ", expected)}]; fit it again.");
    }

    private static Dictionary<string, Tensor> ReadTensors(SafetensorsFile file, Device device)
    {
        using var scope = NewDisposeScope();
        var tensors = file.Entries.Keys.ToDictionary(name => name, name => file.Read(name).to(device));
        foreach (var tensor in tensors.Values)
            tensor.DetachFromDisposeScope();
        return tensors;
    }
}
