using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Calibration;

namespace Kedge.Persistence;

/// <summary>What a classifier file says of where its classifier comes from.</summary>
public sealed record ClassifierCard
{
    /// <summary>The name of the CLIP model whose features were learned from, such as "kedge-mini".</summary>
    public required string Model { get; init; }

    /// <summary>Where that model was on the disk of whoever made the file; <see langword="null"/> for a model of the package.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelPath { get; init; }

    /// <summary>
    /// The fingerprint of that model's weights, or of the class features where there was no model (<see cref="OfFeatures"/>); features of another space
    /// mean nothing to the classifier.
    /// </summary>
    public required string Fingerprint { get; init; }

    /// <summary>How images were prepared for that model, as its JSON object; JSON's null where features were given and no image was seen.</summary>
    public required JsonElement Preprocessing { get; init; }

    /// <summary>Whether it was learned from features alone, with no CLIP at hand that could encode a photo.</summary>
    [JsonIgnore]
    public bool OfFeatures => Preprocessing.ValueKind == JsonValueKind.Null;

    /// <summary>Which images were learned from.</summary>
    public required SupportDescription Support { get; init; }

    /// <summary>How its logits become probabilities and when it answers "none of these"; <see langword="null"/> where it was not calibrated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Calibrator? Probabilities { get; init; }

    /// <summary>The program that made the file, such as "kedge fit".</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Refuses a model whose features the classifier does not know.</summary>
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

    /// <summary>Refuses where photos are to be classified by what was learned from features alone.</summary>
    /// <param name="path">The classifier's file.</param>
    /// <exception cref="KedgeException">There is no CLIP behind the classifier.</exception>
    internal void RequirePhotos(string path)
    {
        if (OfFeatures)
        {
            throw new KedgeException($"The classifier '{path}' was fitted on a task of features (--task) and no CLIP is behind it that could encode photos: " +
                "give it such a task, or fit on photos (--data).");
        }
    }
}

/// <summary>Which images a classifier was learned from.</summary>
/// <param name="Data">The name of the data set, or its folder's.</param>
/// <param name="Images">How many images there were.</param>
/// <param name="Shots">How many of each class were drawn; <see langword="null"/> where all were taken.</param>
/// <param name="Seed">The seed of the draw; <see langword="null"/> where all were taken.</param>
public sealed record SupportDescription(string Data, int Images, int? Shots = null, int? Seed = null);
