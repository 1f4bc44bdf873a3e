using Kedge.Interpretation;
using Kedge.Text;

namespace Kedge.Cli.Output;

/// <summary>How explanations look on standard output, for people and for machines.</summary>
internal static class Explanations
{
    private const int Decimals = 3;
    private const int PhrasesInLabel = 3;
    private const int NarrowestColumn = 10;

    /// <summary>Why each image got its class and not the runner-up, and the support images nearest to it.</summary>
    public static void WriteExplanations(
        this TextWriter output, IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorReading> readings, int top)
    {
        foreach (var (image, decision) in explanations)
        {
            if (image != explanations[0].Image)
                output.WriteLine();
            output.WriteLine(image.Name);
            foreach (var score in decision.Classes)
                output.WriteLine($"  {score.Probability,7:0.0 %}  {score.ClassName}");
            output.WriteLine();
            WriteComparison(output, decision.Compare(top).Rounded(Decimals), decision, readings);
            if (decision.Nearest.Count > 0)
                WriteNearest(output, [.. decision.Nearest.Take(top)]);
        }
    }

    /// <summary>An object a line: the image, each class with all its parts, the names of the anchors, and all support images.</summary>
    public static void WriteExplanationsJson(this TextWriter output, IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorReading> readings)
    {
        foreach (var (image, decision) in explanations)
        {
            output.WriteJson(new
            {
                image = image.Name,
                classes = decision.Classes.Select(score => new
                {
                    @class = score.ClassName,
                    score.Probability,
                    score.Logit,
                    score.ZeroShot,
                    score.Anchors,
                    score.Support,
                    score.Bias,
                }),
                anchors = readings.Select(reading => reading.Start),
                nearest = decision.Nearest.Select(near => new { near.Index, near.Name, @class = near.ClassName, near.Cosine }),
            });
        }
    }

    /// <summary>Each anchor with what it can be read as, those first that tell classes apart most.</summary>
    public static void WriteReadings(this TextWriter output, IReadOnlyList<AnchorReading> readings)
    {
        foreach (var reading in readings.OrderByDescending(reading => reading.Influence))
        {
            output.WriteLine($"{reading.Start}{(reading.StartCosine is { } cosine ? $"  (cosine {cosine:0.000} with where it started)" : "")}");
            output.WriteLine($"  speaks for       {(reading.Classes.Count > 0 ? List(reading.Classes) : "no class more than another")}");
            if (reading.Phrases.Count > 0)
                output.WriteLine($"  nearest phrases  {List(reading.Phrases)}");
            foreach (var token in reading.Words)
                output.WriteLine($"  nearest words    {List(token)}");
        }
    }

    /// <summary>An object a line, in the order of the anchors.</summary>
    public static void WriteReadingsJson(this TextWriter output, IReadOnlyList<AnchorReading> readings)
    {
        foreach (var reading in readings)
        {
            output.WriteJson(new
            {
                anchor = reading.Index,
                reading.Start,
                reading.StartCosine,
                reading.Words,
                reading.Phrases,
                classes = reading.Classes.Select(leaning => new { @class = leaning.ClassName, leaning.Logits }),
                reading.Influence,
            });
        }
    }

    private static void WriteComparison(TextWriter output, ClassComparison comparison, Decision decision, IReadOnlyList<AnchorReading> readings)
    {
        var (first, second) = (Math.Max(NarrowestColumn, comparison.First.Length), Math.Max(NarrowestColumn, comparison.Second.Length));
        void Row(double one, double other, string label) => output.WriteLine(
            $"  {one.ToString("0.000").PadLeft(first)}  {other.ToString("0.000").PadLeft(second)}  {one - other,10:+0.000;-0.000;0.000}  {label}");

        output.WriteLine($"  {comparison.First.PadLeft(first)}  {comparison.Second.PadLeft(second)}  difference");
        foreach (var part in comparison.Evidence)
            Row(part.First, part.Second, Label(part, decision, readings));
        Row(comparison.FirstLogit, comparison.SecondLogit, "the sum, each class's logit");
    }

    private static void WriteNearest(TextWriter output, IReadOnlyList<SupportNeighbour> nearest)
    {
        var width = nearest.Max(near => near.ClassName.Length);
        output.WriteLine();
        output.WriteLine("  nearest support images, by cosine");
        foreach (var near in nearest)
            output.WriteLine($"  {near.Cosine,7:0.000}  {near.ClassName.PadRight(width)}  {near.Name}".TrimEnd());
    }

    private static string Label(Evidence part, Decision decision, IReadOnlyList<AnchorReading> readings) => part switch
    {
        { Source: EvidenceSource.ClassNames } => "the names of the classes",
        { Source: EvidenceSource.Bias } => "bias, whatever the image",
        { Source: EvidenceSource.Anchor, Index: { } k } => Label(readings[k]),
        { Source: EvidenceSource.Anchor } => part.Count == 1 ? "the other anchor" : $"the other {part.Count} anchors",
        { Index: { } n } => Label(decision.Nearest.First(near => near.Index == n)),
        _ => part.Count == 1 ? "the other support image" : $"the other {part.Count} support images",
    };

    private static string Label(AnchorReading reading)
    {
        var near = reading.OtherPhrases.Take(PhrasesInLabel).ToList();
        return $"anchor {reading.Start}{(near.Count > 0 ? $" (near {string.Join(", ", near)})" : "")}";
    }

    private static string Label(SupportNeighbour near) => $"support image of {near.ClassName} {near.Name ?? $"number {near.Index}"}";

    private static string List(IReadOnlyList<ClassLeaning> leanings) => string.Join(", ", leanings.Select(leaning => $"{leaning.ClassName} +{leaning.Logits:0.000}"));

    private static string List(IReadOnlyList<Neighbour> neighbours) => string.Join(", ", neighbours.Select(near => $"{near.Text} {near.Cosine:0.00}"));
}
