using System.Globalization;
using Kedge.Clip.Prompts;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Persistence;

/// <summary>
/// The classifier file (<c>.kedge</c>): one safetensors file with the classifier's tensors and, as metadata, all else
/// that classifying needs except the CLIP weights, of which it holds the fingerprint. Nothing in it is ever executed.
/// The same classifier and card always give the same bytes.
/// </summary>
/// <remarks>
/// Metadata: <c>format</c> = "kedge-classifier"; <c>version</c> = "1", or "2" where the card has probabilities, or
/// "3" where it has tasks, which earlier Kedges could not read; <c>classifier</c> = a JSON object with kedgeVersion,
/// method, options, classNames, templates, logitScale, featureWidth, selection, details and card (model, fingerprint,
/// preprocessing, support, probabilities, tasks, createdBy); <c>digest</c> = <see cref="FileDigest"/>, which earlier
/// versions did not write. The tensor <c>rejection.centres</c> has the class prototypes where the card rejects images.
/// </remarks>
internal static class ClassifierFile
{
    private const string FormatName = "kedge-classifier";
    private const string PrototypesName = "rejection.centres";
    private const int NewestVersion = 3;

    /// <summary>Writes a classifier, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="fitted">The classifier, on any device; stays the caller's.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Save(string path, FittedClassifier fitted)
    {
        var tensors = new Dictionary<string, Tensor>(fitted.Classifier.State.Tensors);
        if (fitted.Prototypes is { } prototypes)
            tensors[PrototypesName] = prototypes;
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            ["format"] = FormatName,
            ["version"] = fitted.Card.Tasks is not null ? "3" : fitted.Card.Probabilities is null ? "1" : "2",
            ["classifier"] = ClassifierDocument.From(fitted.Classifier.State, fitted.Card).Write(),
            [FileDigest.Key] = FileDigest.Unset,
        });
    }

    /// <summary>Reads a classifier and checks all of it; the file is closed again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the classifier is to compute; the CPU by default.</param>
    /// <param name="catalog">The methods that may be in it; <see langword="null"/> is
    /// <see cref="MethodCatalog.Default"/>.</param>
    /// <param name="tower">The text tower of the model that it was fitted on, for classifiers that encode texts;
    /// <see langword="null"/> where only features are available.</param>
    /// <returns>The classifier with its card; dispose it.</returns>
    /// <exception cref="KedgeException">
    /// The file cannot be read, is no classifier, is damaged, or is of a newer Kedge; or the catalog lacks its method.
    /// </exception>
    public static FittedClassifier Open(string path, Device? device = null, MethodCatalog? catalog = null, ITextTower? tower = null)
    {
        using var file = SafetensorsFile.Open(path);
        CheckVersion(path, file.Metadata);
        try
        {
            var document = ReadDocument(file);
            var method = (catalog ?? MethodCatalog.Default).Create(document.Method, document.Options);
            var tensors = ReadTensors(file, device ?? CPU);
            var prototypes = TakePrototypes(document, tensors);
            try
            {
                return new FittedClassifier(method.Restore(document.ToState(method, tensors, tower)), document.Card, prototypes);
            }
            catch
            {
                prototypes?.Dispose();
                throw;
            }
        }
        catch (KedgeException e)
        {
            throw new KedgeException($"Opening the classifier '{path}' failed: {e.Message}", e);
        }
    }

    /// <summary>Reads the card alone and no tensor: which model to load, before the classifier is restored.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KedgeException">
    /// The file cannot be read, is no classifier, its description is damaged, or it is of a newer Kedge.
    /// </exception>
    public static ClassifierCard ReadCard(string path)
    {
        using var file = SafetensorsFile.Open(path);
        CheckVersion(path, file.Metadata);
        try
        {
            return ReadDocument(file).Card;
        }
        catch (KedgeException e)
        {
            throw new KedgeException($"Opening the classifier '{path}' failed: {e.Message}", e);
        }
    }

    private static void CheckVersion(string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.GetValueOrDefault("format") != FormatName)
            throw new KedgeException($"'{path}' is no classifier: its metadata lack format = {FormatName}; " +
                "give a file that was saved by a fit.");
        var version = metadata.GetValueOrDefault("version");
        if (!int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            throw new KedgeException($"'{path}' has the format version '{version}', expected 1 to {NewestVersion}: " +
                "the file is damaged; fit it again.");
        if (number > NewestVersion)
            throw new KedgeException($"'{path}' was written by a newer Kedge (format {number}, " +
                $"this one reads up to {NewestVersion}): update Kedge.");
    }

    private static ClassifierDocument ReadDocument(SafetensorsFile file)
    {
        if (file.FindDamage("format", "version", "classifier") is { } damage)
            throw new KedgeException($"{damage}, so that it is not as it was written; get the file again, or fit it again.");
        return ClassifierDocument.Read(
            file.Metadata.GetValueOrDefault("classifier") ?? throw new KedgeException("it has no description; fit it again."));
    }

    /// <summary>Takes the prototypes, which are not the method's; frees all tensors where they are damaged.</summary>
    private static Tensor? TakePrototypes(ClassifierDocument document, Dictionary<string, Tensor> tensors)
    {
        if (document.Card.Probabilities?.Rejection is null)
            return null;
        long[] expected = [document.ClassNames.Length, document.FeatureWidth];
        if (tensors.Remove(PrototypesName, out var prototypes)
            && prototypes.dtype == ScalarType.Float32 && prototypes.shape.SequenceEqual(expected) && prototypes.AllFinite())
            return prototypes;
        foreach (var tensor in tensors.Values.Append(prototypes))
            tensor?.Dispose();
        throw new KedgeException($"its '{PrototypesName}' are not finite numbers of Float32 " +
            $"[{string.Join(", ", expected)}]; fit it again.");
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
