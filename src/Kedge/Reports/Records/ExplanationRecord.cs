using System.Text.Json.Serialization;
using Kedge.Interpretation;

namespace Kedge.Reports.Records;

/// <summary>Why an image got its class: each class with all that its logit is the sum of.</summary>
/// <param name="Image">The image's path, or <c>archive.zip/entry</c>.</param>
/// <param name="Classes">The most probable classes, the most probable first.</param>
/// <param name="Anchors">The words that the K anchors started from.</param>
/// <param name="Nearest">All N support images, the nearest first.</param>
internal sealed record ExplanationRecord(
    string Image, IReadOnlyList<ClassScoreRecord> Classes, IReadOnlyList<string> Anchors, IReadOnlyList<SupportNeighbourRecord> Nearest)
{
    public static ExplanationRecord From(ImageExplanation explanation, IReadOnlyList<AnchorReading> readings) => new(
        explanation.Image.Name,
        [.. explanation.Decision.Classes.Select(score => new ClassScoreRecord(
            score.ClassName, score.Probability, score.Logit, score.ZeroShot, score.Anchors, score.Support, score.Bias))],
        [.. readings.Select(reading => reading.Start)],
        [.. explanation.Decision.Nearest.Select(near => new SupportNeighbourRecord(near.Index, near.Name, near.ClassName, near.Cosine))]);
}

/// <summary>A class's logit and what it is the sum of.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">0 to 1.</param>
/// <param name="Logit">The sum of the following.</param>
/// <param name="ZeroShot">What the class's name gives.</param>
/// <param name="Anchors">[K]: what each anchor gives.</param>
/// <param name="Support">[N]: what each support image gives.</param>
/// <param name="Bias">What the class gets whatever the image.</param>
internal sealed record ClassScoreRecord(
    [property: JsonPropertyName("class")] string ClassName, double Probability, double Logit, double ZeroShot,
    IReadOnlyList<double> Anchors, IReadOnlyList<double> Support, double Bias);

/// <summary>A support image beside an image that is explained.</summary>
/// <param name="Index">Its place among the N support images.</param>
/// <param name="Name">Its path; null where it had none.</param>
/// <param name="ClassName">The class that it is an example of.</param>
/// <param name="Cosine">−1 to 1.</param>
internal sealed record SupportNeighbourRecord(
    int Index, string? Name, [property: JsonPropertyName("class")] string ClassName, double Cosine);
