using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes a ranking of words as text or JSON.</summary>
internal static class AnchorRankingText
{
    /// <summary>A word a line; or a JSON object.</summary>
    public static void WriteAnchorRanking(this TextWriter output, AnchorRankingRecord ranking, bool json)
    {
        if (json)
        {
            output.WriteJson(ranking);
            return;
        }
        var (rank, width) = ($"{ranking.Words.Count}".Length, ranking.Words.Max(gain => gain.Word.Length));
        output.WriteLine($"{"".PadRight(rank)}  {"word".PadRight(width)}      gain  ± error   speaks for (times the average class)");
        foreach (var (index, (word, gain, error, classes)) in ranking.Words.Index())
        {
            var related = string.Join(", ", classes.Where(c => c.Ratio > 1).Select(c => $"{c.ClassName} {c.Ratio:0.0}"));
            output.WriteLine($"{$"{index + 1}".PadLeft(rank)}  {word.PadRight(width)}  {gain,8:0.0E+0}  ± {error:0.0E+0}  {related}");
        }
    }
}
