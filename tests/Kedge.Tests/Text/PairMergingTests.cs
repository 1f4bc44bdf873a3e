using Kedge.Text;

namespace Kedge.Tests.Text;

public class PairMergingTests
{
    private const int Letters = 3;

    [Fact]
    public void Merges_equal_the_plain_rule_on_any_vocabulary()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var merges = Merges(random);
            int[] word = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(Letters))];
            Assert.Equal(Plain(word, merges), new PairMerging([.. word], merges).Run());
        }
    }

    [Fact]
    public void A_word_of_a_million_letters_is_tokenized()
    {
        const int letters = 1_000_000;
        var ids = ClipTokenizer.Default.TokensOf(new string('a', letters));
        Assert.Equal(letters, ids.Sum(id => ClipTokenizer.Default.TokenText(id).Replace("</w>", "", StringComparison.Ordinal).Length));
        Assert.InRange(ids.Count, 1, letters / 4);
    }

    /// <summary>Random merges in a random order of rank: one may make what an earlier rank takes up.</summary>
    private static Dictionary<(int Left, int Right), (int Rank, int Merged)> Merges(Random random)
    {
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Merged)>();
        var tokens = Letters;
        int[] ranks = [.. Enumerable.Range(0, 12)];
        random.Shuffle(ranks);
        foreach (var rank in ranks)
        {
            if (merges.TryAdd((random.Next(tokens), random.Next(tokens)), (rank, tokens)))
                tokens++;
        }
        return merges;
    }

    private static List<int> Plain(int[] word, Dictionary<(int Left, int Right), (int Rank, int Merged)> merges)
    {
        List<int> tokens = [.. word];
        while (tokens.Zip(tokens.Skip(1)).Where(merges.ContainsKey).OrderBy(pair => merges[pair].Rank).Take(1).ToList() is [var pair])
        {
            for (var i = 0; i + 1 < tokens.Count; i++)
            {
                if ((tokens[i], tokens[i + 1]) == pair)
                {
                    tokens[i] = merges[pair].Merged;
                    tokens.RemoveAt(i + 1);
                }
            }
        }
        return tokens;
    }
}
