using Kedge.Text;

namespace Kedge.Clip.Relevance;

/// <summary>Numbers of tokens with their texts.</summary>
internal static class TokenShares
{
    /// <summary>Each token, and each word.</summary>
    /// <param name="tokenizer">Whose ids they are.</param>
    /// <param name="ids">The tokens without start and end of text.</param>
    /// <param name="values">Their relevance, 0 or more.</param>
    public static (IReadOnlyList<TokenRelevance> Tokens, IReadOnlyList<TokenRelevance> Words) Read(
        ClipTokenizer tokenizer, IReadOnlyList<int> ids, IReadOnlyList<double> values)
    {
        var (sum, max) = (values.Sum(), values.DefaultIfEmpty(0).Max());
        return ([.. Enumerable.Range(0, ids.Count).Select(i => Of(i..(i + 1)))], [.. WordsOf(tokenizer, ids).Select(Of)]);

        TokenRelevance Of(Range place) => new(tokenizer.Decode(ids.Take(place)),
            values.Take(place).Sum() / Math.Max(sum, double.Epsilon), values.Take(place).Max() / Math.Max(max, double.Epsilon));
    }

    /// <summary>The tokens of each word, in order.</summary>
    public static IEnumerable<Range> WordsOf(ClipTokenizer tokenizer, IReadOnlyList<int> ids)
    {
        var start = 0;
        for (var i = 0; i < ids.Count; i++)
        {
            if (i + 1 < ids.Count && !tokenizer.EndsWord(ids[i]))
                continue;
            yield return start..(i + 1);
            start = i + 1;
        }
    }
}
