using System.Text.Json.Serialization;
using Kedge.Interpretation;
using Kedge.Text;

namespace Kedge.Reports.Records;

/// <summary>The description of an anchor.</summary>
/// <param name="Anchor">Its index among the K anchors.</param>
/// <param name="Start">The word that it was initialised from.</param>
/// <param name="StartCosine">The cosine with that word; null without a text tower.</param>
/// <param name="Words">For each learned token the nearest words of the vocabulary.</param>
/// <param name="Phrases">The nearest phrases of the list.</param>
/// <param name="Classes">The classes to which it contributes more than to the average class, the largest first.</param>
/// <param name="Influence">The range over the classes of its contribution, in logits.</param>
internal sealed record AnchorRecord(
    int Anchor, string Start, double? StartCosine, IReadOnlyList<IReadOnlyList<Neighbour>> Words, IReadOnlyList<Neighbour> Phrases,
    IReadOnlyList<AnchorClassRecord> Classes, double Influence)
{
    public static AnchorRecord From(AnchorDescription anchor) => new(
        anchor.Index, anchor.Start, anchor.StartCosine, anchor.Words, anchor.Phrases,
        [.. anchor.Classes.Select(found => new AnchorClassRecord(found.ClassName, found.Logits))], anchor.Influence);
}

/// <summary>The contribution of an anchor to a class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Logits">Relative to the average class, in logits.</param>
internal sealed record AnchorClassRecord([property: JsonPropertyName("class")] string ClassName, double Logits);
