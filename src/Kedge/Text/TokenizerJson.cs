using System.Globalization;
using System.Text.Json;

namespace Kedge.Text;

/// <summary>
/// Parts of a tokenizer's JSON. Whatever is missing or of another type is a <see cref="FormatException"/> or an <see
/// cref="InvalidOperationException"/>.
/// </summary>
internal static class TokenizerJson
{
    /// <summary>A field that must be there.</summary>
    internal static JsonElement Field(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value : throw new FormatException($"it has no '{name}' where one is expected");

    /// <summary>A text; null where it is absent or null.</summary>
    internal static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>An object of tokens and their ids.</summary>
    internal static Dictionary<string, int> Ids(JsonElement vocabulary)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in vocabulary.EnumerateObject())
            ids[token.Name] = token.Value.GetInt32();
        return ids;
    }

    /// <summary>Pairs of tokens, each a list of two or a text with a space between.</summary>
    internal static List<(string Left, string Right)> Merges(JsonElement model) =>
        [.. Field(model, "merges").EnumerateArray().Select(pair => pair.ValueKind == JsonValueKind.Array
            ? Pair([.. pair.EnumerateArray().Select(part => part.GetString())])
            : Pair(pair.GetString()?.Split(' ')))];

    /// <summary>The list <c>added_tokens</c>; empty where it is absent or null.</summary>
    internal static List<AddedToken> Added(JsonElement root) =>
        root.TryGetProperty("added_tokens", out var added) && added.ValueKind != JsonValueKind.Null
            ? [.. added.EnumerateArray().Select(token => Token(token, Field(token, "id").GetInt32()))]
            : [];

    /// <summary>An object of ids and their tokens; empty where it is absent or null.</summary>
    internal static List<AddedToken> Decoder(JsonElement root, string name) =>
        root.TryGetProperty(name, out var added) && added.ValueKind != JsonValueKind.Null
            ? [.. added.EnumerateObject().Select(token => Token(token.Value, int.Parse(token.Name, NumberStyles.None,
                CultureInfo.InvariantCulture)))]
            : [];

    internal static (string Left, string Right) Pair(string?[]? parts) =>
        parts is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new FormatException($"the merge '{string.Join(' ', parts ?? [])}' is not two tokens");

    private static AddedToken Token(JsonElement token, int id) => new(
        Text(token, "content") ?? throw new FormatException($"the added token {id} has no content"),
        id,
        AnyCase: Flag(token, "normalized", otherwise: true),
        WholeWord: Flag(token, "single_word", otherwise: false));

    private static bool Flag(JsonElement token, string name, bool otherwise) =>
        token.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetBoolean() : otherwise;
}
