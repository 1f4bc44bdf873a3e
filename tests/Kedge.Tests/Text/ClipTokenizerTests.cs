using System.Text.Json;
using Kedge.Tests.Support;
using Kedge.Text;

namespace Kedge.Tests.Text;

public class ClipTokenizerTests
{
    private static readonly ClipTokenizer Tokenizer = ClipTokenizer.Default;

    [Fact]
    public void All_ids_equal_the_reference() => CheckAllRows(TestData.Small("tokenizer.json"));

    [Fact]
    public void All_ids_equal_the_reference_on_the_long_list()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        CheckAllRows(SharedData.Get("golden", "tokenizer.json"));
    }

    private static void CheckAllRows(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var contextLength = json.RootElement.GetProperty("context_length").GetInt32();
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToList();
        Assert.NotEmpty(rows);
        foreach (var row in rows)
        {
            var text = row.GetProperty("text").GetString()!;
            int[] expected = [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal(expected, Tokenizer.Encode(text, contextLength, truncate: true));
            if (row.GetProperty("too_long").GetBoolean())
                Assert.Throws<KedgeException>(() => Tokenizer.Encode(text, contextLength));
            else
                Assert.Equal(expected, Tokenizer.Encode(text));
        }
    }

    [Fact]
    public void The_vocabulary_is_CLIPs()
    {
        Assert.Equal(49_408, Tokenizer.VocabularySize);
        Assert.Equal((49_406, 49_407), (Tokenizer.StartId, Tokenizer.EndId));
        Assert.Equal("photo</w>", Tokenizer.TokenText(1125));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.TokenText(49_408));
    }

    [Fact]
    public void A_text_that_is_too_long_says_how_long_it_is_and_what_to_do()
    {
        var error = Assert.Throws<KedgeException>(() => Tokenizer.Encode("a photo of a dog.", contextLength: 5));
        Assert.Equal("The text 'a photo of a dog.' is 8 tokens long with its start and end, and the model reads 5; shorten it, " +
            "or ask for truncation.", error.Message);
    }

    [Fact]
    public void Truncation_keeps_the_first_ids_and_ends_with_the_end()
    {
        var whole = Tokenizer.Encode("a photo of a dog.");
        Assert.Equal([.. whole[..4], Tokenizer.EndId], Tokenizer.Encode("a photo of a dog.", contextLength: 5, truncate: true));
        Assert.Equal(whole, Tokenizer.Encode("a photo of a dog.", whole.Length));
    }

    [Fact]
    public void Tokens_of_words_have_no_start_and_end() =>
        Assert.Equal(Tokenizer.Encode("a photo")[1..^1], Tokenizer.TokensOf("a photo"));

    [Theory]
    [InlineData("it’s a “dog”", "it's a \"dog\"")]
    [InlineData("ﬁve ﬂags", "five flags")]
    [InlineData("ＡＢＣ１", "abc1")]
    [InlineData("caf&eacute; &amp;amp; &#39;bar&#39;", "café & 'bar'")]
    [InlineData("\ufeffdog\u0007", "dog")]
    [InlineData("ΟΔΟΣ Σ. Σ.Α", "οδος σ. σ.α")]
    [InlineData("cafe\u0301 Vie\u0323\u0302t A\u030angstro\u0308m", "café việt ångström")]
    public void Texts_that_clean_to_the_same_have_the_same_ids(string text, string clean) =>
        Assert.Equal(Tokenizer.Encode(clean), Tokenizer.Encode(text));

    [Fact]
    public void Letters_beyond_the_basic_plane_stay_together_in_one_piece() =>
        Assert.Equal(["𝒅𝒐𝒈", "1", "2", "'s", "!'", "s"], TextPieces.Split("𝒅𝒐𝒈 12's !'s"));

    [Fact]
    public void Half_a_surrogate_pair_is_read_as_the_replacement_character() =>
        Assert.Equal(Tokenizer.Encode("a\ufffdb"), Tokenizer.Encode("a\ud800b"));
}
