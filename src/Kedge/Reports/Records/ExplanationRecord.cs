using System.Text.Json.Serialization;
using Kedge.Interpretation;

namespace Kedge.Reports.Records;

/// <summary>The explanation of a prediction: the logit of each class as a sum of contributions.</summary>
/// <param name="Image">The image's path, or <c>archive.zip/entry</c>.</param>
/// <param name="Classes">The most probable classes, the most probable first.</param>
/// <param name="Anchors">The words that the K anchors were initialised from.</param>
/// <param name="Nearest">All N support images, the nearest first.</param>
/// <param name="Patches">The patches that speak for the most probable class; their shares sum to 1.</param>
internal sealed record ExplanationRecord(
    string Image, IReadOnlyList<ClassScoreRecord> Classes, IReadOnlyList<string> Anchors, IReadOnlyList<SupportNeighbourRecord> Nearest,
    PatchMapRecord Patches)
{
    public static ExplanationRecord From(ImageExplanation explanation, IReadOnlyList<AnchorDescription> descriptions) => new(
        explanation.Image.Name,
        [.. explanation.Decision.Classes.Select(score => new ClassScoreRecord(
            score.ClassName, score.Probability, score.Logit, explanation.Decision.HasParts ? score.ZeroShot : null,
            score.Anchors, score.Support, score.Bias, score.Adapter == 0 ? null : score.Adapter))],
        [.. descriptions.Select(anchor => anchor.Start)],
        [.. explanation.Decision.Nearest.Select(near => new SupportNeighbourRecord(near.Index, near.Name, near.ClassName, near.Cosine))],
        PatchMapRecord.From(explanation.Patches));
}

/// <summary>The logit of a class, decomposed into contributions.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Probability">0 to 1.</param>
/// <param name="Logit">The sum of the following.</param>
/// <param name="ZeroShot">
/// The zero-shot logit: the contribution of the class name; left out where the logits have no parts.
/// </param>
/// <param name="Anchors">[K]: the contribution of each anchor.</param>
/// <param name="Support">[N]: the contribution of each support image.</param>
/// <param name="Bias">The bias of the class, the same for all images.</param>
/// <param name="Adapter">
/// What a learned map of the image features changes of the class name's contribution; left out without such a map.
/// </param>
internal sealed record ClassScoreRecord(
    [property: JsonPropertyName("class")] string ClassName, double Probability, double Logit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? ZeroShot,
    IReadOnlyList<double> Anchors, IReadOnlyList<double> Support, double Bias,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Adapter);

/// <summary>A support image as a neighbour of an explained image.</summary>
/// <param name="Index">Its index among the N support images.</param>
/// <param name="Name">Its path; null where it had none.</param>
/// <param name="ClassName">Its label.</param>
/// <param name="Cosine">−1 to 1.</param>
internal sealed record SupportNeighbourRecord(
    int Index, string? Name, [property: JsonPropertyName("class")] string ClassName, double Cosine);
