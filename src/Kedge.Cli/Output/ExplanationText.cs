using Kedge.Interpretation;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes explanations as text or JSON.</summary>
internal static class ExplanationText
{
    private const int Decimals = 3;
    private const int PhrasesInLabel = 3;
    private const int MinColumnWidth = 10;

    /// <summary>
    /// For each image the contributions to its predicted class and to the second, and its nearest support
    /// images; or a JSON object a line.
    /// </summary>
    public static void WriteExplanations(
        this TextWriter output, IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorDescription> descriptions, int top,
        bool json)
    {
        if (json)
        {
            foreach (var explanation in explanations)
                output.WriteJson(ExplanationRecord.From(explanation, descriptions));
            return;
        }
        foreach (var (image, decision, patches) in explanations)
        {
            if (image != explanations[0].Image)
                output.WriteLine();
            output.WriteLine(image.Name);
            foreach (var score in decision.Classes)
                output.WriteLine($"  {score.Probability,7:0.0 %}  {score.ClassName}");
            output.WriteLine();
            if (decision.HasParts)
                WriteComparison(output, decision.Compare(top).Rounded(Decimals), decision, descriptions);
            else
                output.WriteLine("  its logits have no parts by anchor or by support image");
            if (decision.Nearest.Count > 0)
                WriteNearest(output, [.. decision.Nearest.Take(top)]);
            output.WriteLine();
            output.WriteLine($"  the parts of the photo that speak for {decision.Classes[0].ClassName}");
            output.WriteHeatMap(patches);
        }
    }

    private static void WriteComparison(
        TextWriter output, ClassComparison comparison, Decision decision, IReadOnlyList<AnchorDescription> descriptions)
    {
        var (first, second) = (Math.Max(MinColumnWidth, comparison.First.Length), Math.Max(MinColumnWidth, comparison.Second.Length));
        void Row(double one, double other, double difference, string label) => output.WriteLine(
            $"  {one.ToString("0.000").PadLeft(first)}  {other.ToString("0.000").PadLeft(second)}  " +
                $"{difference,10:+0.000;-0.000;0.000}  {label}");

        output.WriteLine($"  {comparison.First.PadLeft(first)}  {comparison.Second.PadLeft(second)}  difference");
        foreach (var part in comparison.Contributions)
            Row(part.First, part.Second, part.Difference, Label(part, decision, descriptions));
        Row(comparison.FirstLogit, comparison.SecondLogit, comparison.LogitDifference, "the sum, each class's logit");
    }

    private static void WriteNearest(TextWriter output, IReadOnlyList<SupportNeighbour> nearest)
    {
        var width = nearest.Max(near => near.ClassName.Length);
        output.WriteLine();
        output.WriteLine("  nearest support images, by cosine");
        foreach (var near in nearest)
            output.WriteLine($"  {near.Cosine,7:0.000}  {near.ClassName.PadRight(width)}  {near.Name}".TrimEnd());
    }

    private static string Label(Contribution part, Decision decision, IReadOnlyList<AnchorDescription> descriptions) => part switch
    {
        { Source: ContributionSource.ClassNames } => "the names of the classes",
        { Source: ContributionSource.Adapter } => "the linear adapter of the image",
        { Source: ContributionSource.Bias } => "bias, whatever the image",
        { Source: ContributionSource.Anchor, Index: { } k } => Label(descriptions[k]),
        { Source: ContributionSource.Anchor } => part.Count == 1 ? "the other anchor" : $"the other {part.Count} anchors",
        { Index: { } n } => Label(decision.Nearest.First(near => near.Index == n)),
        _ => part.Count == 1 ? "the other support image" : $"the other {part.Count} support images",
    };

    private static string Label(AnchorDescription anchor)
    {
        var near = anchor.OtherPhrases.Take(PhrasesInLabel).ToList();
        return $"anchor {anchor.Start}{(near.Count > 0 ? $" (near {string.Join(", ", near)})" : "")}";
    }

    private static string Label(SupportNeighbour near) => $"support image of {near.ClassName} {near.Name ?? $"number {near.Index}"}";
}
