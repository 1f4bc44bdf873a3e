using Kedge.Clip.Relevance;
using Kedge.Imaging;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes what the similarity of photos and a text rests on, as text or JSON.</summary>
internal static class RelevanceText
{
    private const int BarLength = 30;

    /// <summary>For each photo bars of tokens and a map of patches; or a JSON object a line.</summary>
    public static void WriteRelevance(
        this TextWriter output, IReadOnlyList<(ImageFile Photo, PairRelevance Pair)> pairs, IReadOnlyList<Guidance> guided, bool json)
    {
        foreach (var (place, (photo, pair)) in pairs.Index())
        {
            var guidance = guided.Count > 0 ? guided[place] : null;
            if (json)
            {
                output.WriteJson(RelevanceRecord.From(photo.Name, pair, guidance));
                continue;
            }
            if (photo != pairs[0].Photo)
                output.WriteLine();
            output.WriteLine($"{photo.Name}  cosine {pair.Cosine:0.000} with \"{pair.Text}\"");
            output.WriteLine();
            WriteTokens(output, pair);
            output.WriteLine();
            output.WriteLine("  the parts of the photo that speak for it");
            output.WriteHeatMap(pair.Patches);
            if (guidance is not null)
                WriteGuidance(output, guidance);
        }
    }

    /// <summary>For each photo the box and the map; or a JSON object a line.</summary>
    public static void WriteLocations(this TextWriter output, IReadOnlyList<(ImageFile Photo, Location Location)> located, bool json)
    {
        foreach (var (photo, location) in located)
        {
            if (json)
            {
                output.WriteJson(LocationRecord.From(photo.Name, location));
                continue;
            }
            var box = location.Box is { } found
                ? $"{found.Width} x {found.Height} pixels at {found.X}, {found.Y} with {location.Share:0.0 %} of the relevance"
                : "nowhere: no part of the photo speaks for it";
            output.WriteLine($"{photo.Name}  {box}  (cosine {location.Cosine:0.000})");
            output.WriteHeatMap(location.Patches);
        }
    }

    private static void WriteGuidance(TextWriter output, Guidance guidance)
    {
        var width = guidance.Words.Max(word => word.Text.Length);
        output.WriteLine();
        var (before, after) = (guidance.Before.Cosine, guidance.After.Cosine);
        output.WriteLine($"  with a mask over the photo, to see every word: cosine {before:0.000} -> {after:0.000}");
        foreach (var word in guidance.Words)
            output.WriteLine($"  {word.Text.PadRight(width)}  {word.Before:0.00} -> {word.After:0.00}");
        output.WriteLine("  what it leaves to see");
        output.WriteHeatMap(guidance.Rows, guidance.Visible);
    }

    private static void WriteTokens(TextWriter output, PairRelevance pair)
    {
        if (pair.Tokens.Count == 0)
        {
            output.WriteLine("  The text has no words: all of its relevance is on the start of text.");
            return;
        }
        var width = pair.Tokens.Max(token => token.Text.Length);
        foreach (var token in pair.Tokens)
        {
            var bar = new string('█', (int)Math.Round(BarLength * token.Scaled));
            output.WriteLine($"  {token.Text.PadRight(width)}  {token.Share,7:0.0 %}  {bar}".TrimEnd());
        }
        output.WriteLine($"  and {pair.Start:0.0 %} of all on the start of the text, which stands for no word");
        if (pair.Neglected.Count > 0)
            output.WriteLine($"  hardly looked at: {string.Join(", ", pair.Neglected)}");
    }
}
