using System.Text.Json.Serialization;
using Kedge.Interpretation;
using Kedge.Text;

namespace Kedge.Reports.Records;

/// <summary>What an anchor can be read as.</summary>
/// <param name="Anchor">Its place among the K anchors.</param>
/// <param name="Start">The word that it started from.</param>
/// <param name="StartCosine">The cosine with that word; null without a text tower.</param>
/// <param name="Words">For each learned token the nearest words of the vocabulary.</param>
/// <param name="Phrases">The nearest phrases of the list.</param>
/// <param name="Classes">The classes to which it gives more than to the average class, the strongest first.</param>
/// <param name="Influence">The range over the classes of what it gives, in logits.</param>
internal sealed record AnchorRecord(
    int Anchor, string Start, double? StartCosine, IReadOnlyList<IReadOnlyList<Neighbour>> Words, IReadOnlyList<Neighbour> Phrases,
    IReadOnlyList<AnchorClassRecord> Classes, double Influence)
{
    public static AnchorRecord From(AnchorReading reading) => new(
        reading.Index, reading.Start, reading.StartCosine, reading.Words, reading.Phrases,
        [.. reading.Classes.Select(found => new AnchorClassRecord(found.ClassName, found.Logits))], reading.Influence);
}

/// <summary>What an anchor gives to a class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Logits">How much more than to the average class.</param>
internal sealed record AnchorClassRecord([property: JsonPropertyName("class")] string ClassName, double Logits);
