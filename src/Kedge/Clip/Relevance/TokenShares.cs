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
        var tokens = new List<TokenRelevance>();
        var words = new List<TokenRelevance>();
        var start = 0;
        for (var i = 0; i < ids.Count; i++)
        {
            tokens.Add(Of(i, i + 1));
            if (i + 1 < ids.Count && !tokenizer.EndsWord(ids[i]))
                continue;
            words.Add(Of(start, i + 1));
            start = i + 1;
        }
        return (tokens, words);

        TokenRelevance Of(int first, int end) => new(tokenizer.Decode(ids.Take(first..end)),
            values.Take(first..end).Sum() / Math.Max(sum, double.Epsilon), values.Take(first..end).Max() / Math.Max(max, double.Epsilon));
    }
}
