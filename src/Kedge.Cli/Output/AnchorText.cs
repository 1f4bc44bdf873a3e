using Kedge.Interpretation;
using Kedge.Reports.Records;
using Kedge.Text;

namespace Kedge.Cli.Output;

/// <summary>Writes the anchors of a classifier as text or JSON.</summary>
internal static class AnchorText
{
    /// <summary>
    /// The description of each anchor, by decreasing influence; or a JSON object a line, in the order of the anchors.
    /// </summary>
    public static void WriteAnchors(this TextWriter output, IReadOnlyList<AnchorDescription> descriptions, bool json)
    {
        if (json)
        {
            foreach (var anchor in descriptions)
                output.WriteJson(AnchorRecord.From(anchor));
            return;
        }
        foreach (var anchor in descriptions.OrderByDescending(anchor => anchor.Influence))
            Write(output, anchor);
    }

    private static void Write(TextWriter output, AnchorDescription anchor)
    {
        output.WriteLine($"{anchor.Start}{(anchor.StartCosine is { } cosine ? $"  (cosine {cosine:0.000} with where it started)" : "")}");
        output.WriteLine($"  speaks for       {(anchor.Classes.Count > 0 ? List(anchor.Classes) : "no class more than another")}");
        if (anchor.Phrases.Count > 0)
            output.WriteLine($"  nearest phrases  {List(anchor.Phrases)}");
        foreach (var token in anchor.Words)
            output.WriteLine($"  nearest words    {List(token)}");
    }

    private static string List(IReadOnlyList<ClassContribution> contributions) =>
        string.Join(", ", contributions.Select(contribution => $"{contribution.ClassName} +{contribution.Logits:0.000}"));

    private static string List(IReadOnlyList<Neighbour> neighbours) =>
        string.Join(", ", neighbours.Select(near => $"{near.Text} {near.Cosine:0.00}"));
}
