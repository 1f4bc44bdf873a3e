using System.Text.Json.Serialization;
using Kedge.Interpretation;

namespace Kedge.Reports.Records;

/// <summary>A classifier's prediction for an image.</summary>
/// <param name="Image">The image's path, or <c>archive.zip/entry</c>.</param>
/// <param name="Classes">The most probable classes, the most probable first.</param>
internal sealed record PredictionRecord(string Image, IReadOnlyList<ClassProbabilityRecord> Classes)
{
    /// <summary>Whether the image is rejected ("none of these"); absent where the classifier does not reject.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Rejected { get; private init; }

    /// <summary>
    /// The classes of the conformal prediction set, the most probable first; absent where the classifier has none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Set { get; private init; }

    /// <summary>Why the image cannot be classified; absent where it can. There are no classes then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; private init; }

    public static PredictionRecord From(ImagePrediction prediction) => new(
        prediction.Image.Name, [.. prediction.Classes.Select(found => new ClassProbabilityRecord(found.ClassName, found.Probability))])
    {
        Rejected = prediction.PredictionSet is null ? null : prediction.Rejected,
        Set = prediction.PredictionSet,
        Error = prediction.Error,
    };
}

/// <summary>The predicted probability of a class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">0 to 1.</param>
internal sealed record ClassProbabilityRecord([property: JsonPropertyName("class")] string ClassName, double Probability);
