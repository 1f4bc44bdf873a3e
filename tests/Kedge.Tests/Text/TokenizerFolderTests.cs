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

    private void CheckEqualsDefault()
    {
        var read = ClipTokenizer.FromFolder(_folder.Path);
        Assert.Equal(ClipTokenizer.Default.VocabularySize, read.VocabularySize);
        Assert.All(Texts, text => Assert.Equal(ClipTokenizer.Default.Encode(text), read.Encode(text)));
    }

    private Dictionary<string, int> Ids() =>
        Table.Tokens.Select((token, id) => (token, id)).ToDictionary(pair => pair.token, pair => pair.id);

    private void WriteWhole(IEnumerable<object> merges)
    {
        var ids = Ids();
        ids.Remove(TextPieces.End);
        Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            added_tokens = new[] { new { id = 49_407, content = TextPieces.End } },
            model = new { type = "BPE", end_of_word_suffix = "</w>", vocab = ids, merges },
        }));
    }

    private void Write(string name, string text) => _folder.Write(name, text);
}
