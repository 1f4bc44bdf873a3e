using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Calibration;
using Kedge.Clip;

namespace Kedge.Persistence;

/// <summary>The provenance of a classifier in its file: model, preprocessing, support set and calibration.</summary>
public sealed record ClassifierCard
{
    /// <summary>The name of the CLIP model whose features the classifier was fitted on, such as "kedge-base".</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Where that model was on the disk of whoever made the file; <see langword="null"/> for a model of the package.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelPath { get; init; }

    /// <summary>
    /// The fingerprint of that model's weights, or of the class features where there was no model
    /// (<see cref="OfFeatures"/>); features of another space mean nothing to the classifier.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>
    /// What its image tower multiplied when the features were encoded; float32 where a file does not say, as those of
    /// Kedge 0.1.0 do not. Features of another precision do as well, with slightly other logits.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal EncoderPrecision Precision { get; init; }

    /// <summary>What the user stated of that model's architecture; nothing where its files did.</summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    internal StatedArchitecture Stated { get; init; }

    /// <summary>That model's image preprocessing, as its JSON object; JSON's null where features were given.</summary>
    public required JsonElement Preprocessing { get; init; }

    /// <summary>Whether it was fitted on given features, without a CLIP that could encode photos.</summary>
    [JsonIgnore]
    public bool OfFeatures => Preprocessing.ValueKind == JsonValueKind.Null;

    /// <summary>The support set.</summary>
    public required SupportDescription Support { get; init; }

    /// <summary>Its temperature and rejection; <see langword="null"/> where it was not calibrated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Calibrator? Probabilities { get; init; }

    /// <summary>
    /// The tasks that were learned one after the other; <see langword="null"/> where all classes were learned at once.
    /// </summary>
    [JsonInclude]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal IReadOnlyList<LearnedTask>? Tasks { get; init; }

    /// <summary>The program that made the file, such as "kedge fit".</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Throws for a model other than the one that the classifier was fitted on.</summary>
    /// <param name="path">The classifier's file.</param>
    /// <param name="model">The name of the model at hand.</param>
    /// <param name="fingerprint">The fingerprint of its weights.</param>
    /// <exception cref="KedgeException">
    /// The weights are not those that the classifier was fitted on, or it is one of features.
    /// </exception>
    internal void RequireModel(string path, string model, string fingerprint)
    {
        RequirePhotos(path);
        if (fingerprint != Fingerprint)
        {
            throw new KedgeException($"The classifier '{path}' was fitted on {Model} (weights {Fingerprint}), " +
                $"the model at hand is {model} (weights {fingerprint}): use {Model}, or fit again on this one.");
        }
    }

    /// <summary>Throws for a classifier that was fitted on given features, as it cannot classify photos.</summary>
    /// <param name="path">The classifier's file.</param>
    /// <exception cref="KedgeException">The classifier was fitted on given features.</exception>
    internal void RequirePhotos(string path)
    {
        if (OfFeatures)
        {
            throw new KedgeException($"The classifier '{path}' was fitted on a task of features (--task) " +
                "and no CLIP is behind it that could encode photos: " +
                "give it such a task, or fit on photos (--data).");
        }
    }
}

/// <summary>The support set that a classifier was fitted on.</summary>
/// <param name="Data">The name of the data set, or its folder's.</param>
/// <param name="Images">How many images there were.</param>
/// <param name="Shots">How many of each class were drawn at most; <see langword="null"/> where all were taken.</param>
/// <param name="Seed">The seed of the draw; <see langword="null"/> where all were taken.</param>
public sealed record SupportDescription(string Data, int Images, int? Shots = null, int? Seed = null)
{
    /// <summary>Images that were left out, as they cannot be read; default none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LeftOut { get; init; }
}
