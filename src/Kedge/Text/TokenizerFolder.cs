using System.Text.Json;
using Kedge.Runtime;

namespace Kedge.Text;

/// <summary>
/// The two file layouts of a BPE tokenizer in Hugging Face folders: <c>tokenizer.json</c> (vocabulary, merges and added
/// tokens in one), or <c>vocab.json</c> (token to id) with <c>merges.txt</c> (a header line, then a pair a line) and,
/// where there are any, added tokens in <c>added_tokens.json</c> or <c>tokenizer_config.json</c>; with both <see
/// cref="SpecialTokens"/>.
/// </summary>
internal static class TokenizerFolder
{
    private const string Whole = "tokenizer.json", Vocabulary = "vocab.json", Merges = "merges.txt";
    private const string Added = "added_tokens.json", Settings = "tokenizer_config.json", Special = "special_tokens_map.json";

    internal static bool Holds(string folder) =>
        File.Exists(Path.Combine(folder, Whole)) || File.Exists(Path.Combine(folder, Vocabulary));

    internal static ClipTokenizer Read(string folder)
    {
        var whole = Path.Combine(folder, Whole);
        if (File.Exists(whole))
            return Read(whole, path => ReadWhole(path, ReadNamed(folder)));
        var (vocabulary, merges) = (Path.Combine(folder, Vocabulary), Path.Combine(folder, Merges));
        if (!File.Exists(vocabulary) || !File.Exists(merges))
            throw new KedgeException($"The folder {folder} holds no tokenizer; expected tokenizer.json, or vocab.json with merges.txt.");
        var pairs = Read(merges, ReadMerges);
        var added = ReadAdded(Path.Combine(folder, Added), TokenizerJson.Ids).Select(pair => new AddedToken(pair.Key, pair.Value))
            .Concat(ReadAdded(Path.Combine(folder, Settings), root => TokenizerJson.Decoder(root, SpecialTokens.Decoder)))
            .DistinctBy(token => (token.Text, token.Id)).ToList();
        var named = ReadNamed(folder);
        return Read(vocabulary, path =>
        {
            using var json = Parse(path);
            return Make(TokenizerJson.Ids(json.RootElement), added, named, pairs, path);
        });
    }

    private static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new KedgeException($"The tokenizer {path} is damaged or not CLIP's byte-level BPE ({e.Message}); " +
                "take an undamaged copy.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The tokenizer {path} cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }

    private static ClipTokenizer ReadWhole(string path, IReadOnlyList<string> named)
    {
        using var json = Parse(path);
        var model = TokenizerJson.Field(json.RootElement, "model");
        var (type, suffix) = (TokenizerJson.Text(model, "type"), TokenizerJson.Text(model, "end_of_word_suffix"));
        if (type != "BPE" || suffix != ByteSymbols.WordEnd)
            throw new KedgeException($"The tokenizer {path} is of type '{type}' with word end '{suffix}'; expected CLIP's: " +
                $"type 'BPE' with word end '{ByteSymbols.WordEnd}'.");
        var ids = TokenizerJson.Ids(TokenizerJson.Field(model, "vocab"));
        return Make(ids, TokenizerJson.Added(json.RootElement), named, TokenizerJson.Merges(model), path);
    }

    /// <summary>
    /// Tokens that complete the vocabulary are part of it, as its start and end often are; the others are found before
    /// anything else. Tokens that the vocabulary has already are cut like any text.
    /// </summary>
    private static ClipTokenizer Make(
        Dictionary<string, int> ids, IReadOnlyList<AddedToken> added, IReadOnlyList<string> named,
        IReadOnlyList<(string Left, string Right)> merges, string path)
    {
        var beyond = new List<AddedToken>();
        foreach (var token in added.Concat(SpecialTokens.Number(named, ids, added)))
        {
            if (token.Text is TextPieces.Start or TextPieces.End)
                ids.TryAdd(token.Text, token.Id);
            if (!ids.TryGetValue(token.Text, out var id))
                beyond.Add(token);
            else if (id != token.Id)
                throw new FormatException($"the token '{token.Text}' has the ids {id} and {token.Id}");
        }
        if (beyond.Find(token => token.Id < ids.Count) is { } taken)
            throw new FormatException($"the added token '{taken.Text}' has the id {taken.Id} of another token");
        return new ClipTokenizer(new BytePairVocabulary(ById(ids), merges, path), new AddedTokens(beyond));
    }

    private static List<(string Left, string Right)> ReadMerges(string path) =>
        [.. UserFile.ReadLines(path)
            .Where((line, at) => line.Length > 0 && !(at == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
            .Select(line => TokenizerJson.Pair(line.Split(' ')))];

    private static IReadOnlyList<string> ReadNamed(string folder) => SpecialTokens.Named(
        ReadAdded(Path.Combine(folder, Settings), SpecialTokens.Read), ReadAdded(Path.Combine(folder, Special), SpecialTokens.Read));

    private static T ReadAdded<T>(string path, Func<JsonElement, T> read) where T : new()
    {
        if (!File.Exists(path))
            return new();
        return Read(path, _ =>
        {
            using var json = Parse(path);
            return read(json.RootElement);
        });
    }

    private static JsonDocument Parse(string path)
    {
        const int mostBytes = 32 << 20;
        var bytes = UserFile.ReadAllBytes(path);
        return bytes.Length <= mostBytes
            ? JsonDocument.Parse(TextDecoding.Decode(bytes, path))
            : throw new FormatException($"it has {bytes.Length:N0} bytes, expected at most {mostBytes:N0}");
    }

    private static string[] ById(Dictionary<string, int> ids)
    {
        var tokens = new string[ids.Count];
        foreach (var (token, id) in ids)
        {
            if (id < 0 || id >= tokens.Length || tokens[id] is not null)
                throw new FormatException(
                    $"the {tokens.Length} tokens should have the ids 0 to {tokens.Length - 1} once each, and '{token}' has {id}");
            tokens[id] = token;
        }
        return tokens;
    }
}
