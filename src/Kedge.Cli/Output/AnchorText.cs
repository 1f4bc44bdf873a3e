using Kedge.Interpretation;
using Kedge.Reports.Records;
using Kedge.Text;

namespace Kedge.Cli.Output;

/// <summary>How the anchors of a classifier look on standard output.</summary>
internal static class AnchorText
{
    /// <summary>
    /// Each anchor with what it can be read as, those first that tell classes apart most; or a JSON object a line, in
    /// the order of the anchors.
    /// </summary>
    public static void WriteAnchors(this TextWriter output, IReadOnlyList<AnchorReading> readings, bool json)
    {
        if (json)
        {
            foreach (var reading in readings)
                output.WriteJson(AnchorRecord.From(reading));
            return;
        }
        foreach (var reading in readings.OrderByDescending(reading => reading.Influence))
            Write(output, reading);
    }

    private static void Write(TextWriter output, AnchorReading reading)
    {
        output.WriteLine($"{reading.Start}{(reading.StartCosine is { } cosine ? $"  (cosine {cosine:0.000} with where it started)" : "")}");
        output.WriteLine($"  speaks for       {(reading.Classes.Count > 0 ? List(reading.Classes) : "no class more than another")}");
        if (reading.Phrases.Count > 0)
            output.WriteLine($"  nearest phrases  {List(reading.Phrases)}");
        foreach (var token in reading.Words)
            output.WriteLine($"  nearest words    {List(token)}");
    }

    private static string List(IReadOnlyList<ClassLeaning> leanings) =>
        string.Join(", ", leanings.Select(leaning => $"{leaning.ClassName} +{leaning.Logits:0.000}"));

    private static string List(IReadOnlyList<Neighbour> neighbours) => string.Join(", ", neighbours.Select(near => $"{near.Text} {near.Cosine:0.00}"));
}
