using System.Text.Json;
using Kedge.Runtime;

namespace Kedge.Text;

/// <summary>
/// The two file layouts of a BPE tokenizer in Hugging Face folders: <c>tokenizer.json</c> (vocabulary, merges and added
/// tokens in one), or <c>vocab.json</c> (token to id) with <c>merges.txt</c> (a header line, then a pair a line).
/// </summary>
internal static class TokenizerFolder
{
    internal static bool Holds(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "vocab.json"));

    internal static BytePairVocabulary Read(string folder)
    {
        var whole = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(whole))
            return Read(whole, ReadWhole);
        var vocabulary = Path.Combine(folder, "vocab.json");
        var merges = Path.Combine(folder, "merges.txt");
        if (!File.Exists(vocabulary) || !File.Exists(merges))
            throw new KedgeException($"The folder {folder} holds no tokenizer; expected tokenizer.json, or vocab.json with merges.txt.");
        var pairs = Read(merges, ReadMerges);
        return Read(vocabulary, path => ReadVocabulary(path, pairs));
    }

    private static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new KedgeException($"The tokenizer {path} is damaged or not CLIP's byte-level BPE ({e.Message}); " +
                "take an undamaged copy.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The tokenizer {path} cannot be read ({e.Message}); check the file and its permissions.", e);
        }
    }

    private static BytePairVocabulary ReadWhole(string path)
    {
        using var json = JsonDocument.Parse(UserFile.ReadAllBytes(path));
        var model = json.RootElement.GetProperty("model");
        var (type, suffix) = (Text(model, "type"), Text(model, "end_of_word_suffix"));
        if (type != "BPE" || suffix != ByteSymbols.WordEnd)
            throw new KedgeException($"The tokenizer {path} is of type '{type}' with word end '{suffix}'; expected CLIP's: " +
                $"type 'BPE' with word end '{ByteSymbols.WordEnd}'.");
        var ids = Ids(model.GetProperty("vocab"));
        if (json.RootElement.TryGetProperty("added_tokens", out var added))
        {
            foreach (var token in added.EnumerateArray())
                ids[Text(token, "content")!] = token.GetProperty("id").GetInt32();
        }
        var merges = model.GetProperty("merges").EnumerateArray()
            .Select(pair => pair.ValueKind == JsonValueKind.Array
                ? Pair([.. pair.EnumerateArray().Select(part => part.GetString())])
                : Pair(pair.GetString()?.Split(' ')));
        return new BytePairVocabulary(ById(ids), [.. merges], path);
    }

    private static List<(string Left, string Right)> ReadMerges(string path) =>
        [.. UserFile.ReadLines(path)
            .Where((line, at) => line.Length > 0 && !(at == 0 && line.StartsWith("#version", StringComparison.Ordinal)))
            .Select(line => Pair(line.Split(' ')))];

    private static BytePairVocabulary ReadVocabulary(string path, List<(string Left, string Right)> merges)
    {
        using var json = JsonDocument.Parse(UserFile.ReadAllBytes(path));
        return new BytePairVocabulary(ById(Ids(json.RootElement)), merges, path);
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static Dictionary<string, int> Ids(JsonElement vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in vocabulary.EnumerateObject())
            ids[token.Name] = token.Value.GetInt32();
        return ids;
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

    private static (string Left, string Right) Pair(string?[]? parts) =>
        parts is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new FormatException($"the merge '{string.Join(' ', parts ?? [])}' is not two tokens");
}
