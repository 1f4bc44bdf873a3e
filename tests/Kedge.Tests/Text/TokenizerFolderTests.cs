using System.Text.Json;
using Kedge.Tests.Support;
using Kedge.Text;

namespace Kedge.Tests.Text;

public sealed class TokenizerFolderTests : IDisposable
{
    private static readonly string[] Texts =
        ["a photo of a dog.", "naïve café — 1998", "日本語のテキスト", "<|startoftext|> it's <|endoftext|>", ""];
    private static readonly BytePairVocabulary Table = BytePairVocabulary.ReadEmbedded();

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Vocab_and_merges_give_the_ids_of_the_embedded_table()
    {
        Write("vocab.json", JsonSerializer.Serialize(Ids()));
        Write("merges.txt", string.Join('\n', ["#version: 0.2", .. Table.Merges.Select(pair => $"{pair.Left} {pair.Right}")]) + "\n");
        CheckEqualsDefault();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tokenizer_json_gives_the_ids_of_the_embedded_table(bool mergesAsArrays)
    {
        WriteWhole(mergesAsArrays ? Table.Merges.Select(pair => new[] { pair.Left, pair.Right })
            : Table.Merges.Select(pair => $"{pair.Left} {pair.Right}"));
        CheckEqualsDefault();
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_is_expected()
    {
        var error = Assert.Throws<KedgeException>(() => ClipTokenizer.FromFolder(_folder.Path));
        Assert.Equal($"The folder {_folder.Path} holds no tokenizer; expected tokenizer.json, or vocab.json with merges.txt.",
            error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"model\": 3}")]
    [InlineData("{\"model\": {\"type\": \"WordPiece\", \"vocab\": {}}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\"}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0, \"b\": 0}, \"merges\": []}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": \"0\"}, \"merges\": []}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 9e99}, \"merges\": []}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0}, \"merges\": [\"a\"]}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\"]]}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0}, \"merges\": [[\"a\", null]]}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0}, \"merges\": []}}")]
    [InlineData("{\"model\": {\"type\": \"BPE\", \"end_of_word_suffix\": \"</w>\", \"vocab\": {\"a\": 0}, \"merges\": []}, " +
        "\"added_tokens\": [{}]}")]
    public void A_damaged_file_is_named(string json)
    {
        Write("tokenizer.json", json);
        var error = Assert.Throws<KedgeException>(() => ClipTokenizer.FromFolder(_folder.Path));
        Assert.Contains(_folder["tokenizer.json"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_merge_of_unknown_tokens_is_refused()
    {
        WriteWhole(["dog unheardof</w>"]);
        var error = Assert.Throws<KedgeException>(() => ClipTokenizer.FromFolder(_folder.Path));
        Assert.StartsWith($"The tokenizer {_folder["tokenizer.json"]} lacks the token 'unheardof</w>';",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("added_tokens.json")]
    [InlineData("tokenizer_config.json")]
    public void Added_tokens_are_found_before_anything_else_the_longest_first(string form)
    {
        (string Text, int Id)[] added = [("<my-cat>", 49_408), ("<my-cat>-2", 49_409), ("Rex", 49_411)];
        WriteForm(form, [.. added.Select(token => (token.Text, token.Id, false))]);
        var read = ClipTokenizer.FromFolder(_folder.Path);
        var (a, photo, of) = (Word("a"), Word("photo"), Word("of"));
        Assert.Equal([a, photo, of, 49_408, Word("and"), 49_409], read.TokensOf("a photo of <My-Cat> and<my-cat>-2"));
        Assert.Equal([49_411, Word("the")], read.TokensOf("REX the"));
        Assert.Equal("a <my-cat> of", read.Decode([a, 49_408, of]));
        Assert.Equal((49_408, 49_411), (read.VocabularySize, read.HighestId));
        Assert.All(Texts, text => Assert.Equal(ClipTokenizer.Default.Encode(text), read.Encode(text)));
    }

    [Fact]
    public void Exact_and_whole_tokens_are_found_as_they_say()
    {
        WriteWhole(Pairs, new { id = 49_408, content = "Rex", normalized = false, single_word = true });
        var read = ClipTokenizer.FromFolder(_folder.Path);
        Assert.Equal([49_408], read.TokensOf("Rex"));
        Assert.Equal([49_408, Word("!")], read.TokensOf("Rex!"));
        Assert.Equal(ClipTokenizer.Default.TokensOf("rex"), read.TokensOf("rex"));
        Assert.Equal(ClipTokenizer.Default.TokensOf("TRex Rexy"), read.TokensOf("TRex Rexy"));
    }

    [Theory]
    [InlineData("{}", "it has no 'id' where one is expected")]
    [InlineData("{\"id\": 49408}", "the added token 49408 has no content")]
    [InlineData("{\"id\": 49408, \"content\": null}", "the added token 49408 has no content")]
    [InlineData("{\"id\": null, \"content\": \"x\"}", "requires an element of type 'Number'")]
    [InlineData("{\"id\": 49408, \"content\": \"\"}", "it adds 1 tokens, of which one may be empty or long")]
    [InlineData("{\"id\": 49408, \"content\": \"<x>\", \"normalized\": 1}", "requires an element of type 'Boolean'")]
    [InlineData("{\"id\": 7, \"content\": \"<x>\"}", "the added token '<x>' has the id 7 of another token")]
    [InlineData("{\"id\": 7, \"content\": \"dog</w>\"}", "the token 'dog</w>' has the ids 1929 and 7")]
    [InlineData("{\"id\": 49408, \"content\": \"<x>\"}, {\"id\": 49408, \"content\": \"<y>\"}",
        "it adds the token '<y>' or the id 49408 twice")]
    [InlineData("null", "requires an element of type 'Object'")]
    public void An_added_token_that_makes_no_sense_is_refused(string tokens, string expected)
    {
        WriteWhole(Pairs);
        var path = _folder["tokenizer.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"added_tokens\":[", $"\"added_tokens\":[{tokens},"));
        var error = Assert.Throws<KedgeException>(() => ClipTokenizer.FromFolder(_folder.Path)).Message;
        Assert.StartsWith($"The tokenizer {path} is damaged or not CLIP's byte-level BPE (", error);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "{\"mask_token\":\"[M]\",\"pad_token\":{\"content\":\"[P]\"},\"eos_token\":\"<|endoftext|>\"}", "[P]", "[M]")]
    [InlineData("{}", "{\"unk_token\":null,\"additional_special_tokens\":[\"<a>\",{\"content\":\"<b>\"}]}", "<a>", "<b>")]
    [InlineData("{\"pad_token\":\"[Q]\",\"mask_token\":\"[M]\"}", "{\"pad_token\":\"[P]\"}", "[P]", "[M]")]
    [InlineData("{\"added_tokens_decoder\":{},\"sep_token\":\"<a>\",\"extra_special_tokens\":{\"it\":\"<b>\"}}",
        "{\"pad_token\":\"[P]\"}", "<a>", "<b>")]
    public void Special_tokens_that_no_file_gives_an_id_have_the_next_as_in_transformers(
        string settings, string map, string first, string second)
    {
        foreach (var form in (string[])["tokenizer.json", "added_tokens.json"])
        {
            WriteForm(form, [("<c>", 49_408, true)]);
            Write("tokenizer_config.json", settings);
            Write("special_tokens_map.json", map);
            var read = ClipTokenizer.FromFolder(_folder.Path);
            Assert.Equal([49_408, 49_409, Word("dog"), 49_410], read.TokensOf($"<c>{first} dog{second}"));
            Assert.Equal(49_410, read.HighestId);
            Assert.Equal(ClipTokenizer.Default.TokensOf("[q]"), read.TokensOf("[q]"));
            File.Delete(_folder["tokenizer.json"]);
        }
    }

    [Theory]
    [InlineData("{\"pad_token\":3}", "requires an element of type 'String'")]
    [InlineData("{\"pad_token\":{}}", "a special token in it has no content")]
    [InlineData("{\"additional_special_tokens\":\"<a>\"}", "requires an element of type 'Array'")]
    public void A_special_token_that_is_none_is_refused(string map, string expected)
    {
        WriteWhole(Pairs);
        Write("special_tokens_map.json", map);
        var error = Assert.Throws<KedgeException>(() => ClipTokenizer.FromFolder(_folder.Path)).Message;
        Assert.StartsWith($"The tokenizer {_folder["special_tokens_map.json"]} is damaged or not CLIP's byte-level BPE (", error);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static IEnumerable<object> Pairs => Table.Merges.Select(pair => $"{pair.Left} {pair.Right}");

    private static int Word(string word) => Assert.Single(ClipTokenizer.Default.TokensOf(word));

    private void WriteForm(string form, (string Text, int Id, bool)[] added)
    {
        if (form == "tokenizer.json")
        {
            WriteWhole(Pairs, [.. added.Select(token => new { id = token.Id, content = token.Text })]);
            return;
        }
        Write("vocab.json", JsonSerializer.Serialize(Ids()));
        Write("merges.txt", string.Join('\n', ["#version: 0.2", .. Pairs]) + "\n");
        Write(form, form == "added_tokens.json"
            ? JsonSerializer.Serialize(added.ToDictionary(token => token.Text, token => token.Id))
            : JsonSerializer.Serialize(new
            {
                added_tokens_decoder = added.ToDictionary(token => $"{token.Id}", token => new { content = token.Text, special = true }),
            }));
    }

    private void CheckEqualsDefault()
    {
        var read = ClipTokenizer.FromFolder(_folder.Path);
        Assert.Equal(ClipTokenizer.Default.VocabularySize, read.VocabularySize);
        Assert.All(Texts, text => Assert.Equal(ClipTokenizer.Default.Encode(text), read.Encode(text)));
    }

    private Dictionary<string, int> Ids() =>
        Table.Tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);

    private void WriteWhole(IEnumerable<object> merges, params object[] added)
    {
        var ids = Ids();
        ids.Remove(TextPieces.End);
        Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            added_tokens = (object[])[new { id = 49_407, content = TextPieces.End }, .. added],
            model = new { type = "BPE", end_of_word_suffix = "</w>", vocab = ids, merges },
        }));
    }

    private void Write(string name, string text) => _folder.Write(name, text);
}
