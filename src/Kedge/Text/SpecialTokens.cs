using System.Text.Json;

namespace Kedge.Text;

/// <summary>
/// Special tokens that a folder of transformers names without an id, in <c>tokenizer_config.json</c> and, where that
/// has no <c>added_tokens_decoder</c>, in <c>special_tokens_map.json</c>, which then counts more. As there, those that
/// no file gives an id have the ids that follow, in the order below.
/// </summary>
internal static class SpecialTokens
{
    public const string Decoder = "added_tokens_decoder";

    private static readonly string[] Single =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private static readonly string[] Several = ["additional_special_tokens", "extra_special_tokens"];

    /// <summary>The texts that a file has under each name; of its decoder, that it is there.</summary>
    public static Dictionary<string, string[]> Read(JsonElement root) => ((string[])[Decoder, .. Single, .. Several])
        .Where(name => root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        .ToDictionary(name => name, name => name == Decoder ? [] : Texts(root.GetProperty(name), Several.Contains(name)));

    /// <summary>The texts of the tokens that two files name.</summary>
    /// <param name="settings">Those of <c>tokenizer_config.json</c>.</param>
    /// <param name="map">Those of <c>special_tokens_map.json</c>.</param>
    public static IReadOnlyList<string> Named(Dictionary<string, string[]> settings, Dictionary<string, string[]> map)
    {
        if (settings.ContainsKey(Decoder))
            map = [];
        return [.. Single.SelectMany(name => (map.GetValueOrDefault(name) ?? settings.GetValueOrDefault(name)) ?? [])
            .Concat(Several.SelectMany(name =>
                (string[])[.. settings.GetValueOrDefault(name) ?? [], .. map.GetValueOrDefault(name) ?? []]))
            .Where(text => text.Length > 0).Distinct()];
    }

    /// <summary>Tokens with the ids that follow those of a vocabulary and of added tokens.</summary>
    /// <param name="named">Texts; those that have an id are left out.</param>
    /// <param name="ids">The vocabulary.</param>
    /// <param name="added">The added tokens.</param>
    public static IReadOnlyList<AddedToken> Number(
        IReadOnlyList<string> named, Dictionary<string, int> ids, IReadOnlyList<AddedToken> added)
    {
        var next = Math.Max(ids.Count, added.Select(token => token.Id + 1).DefaultIfEmpty(0).Max());
        var known = added.Select(token => token.Text).ToHashSet(StringComparer.Ordinal);
        return [.. named.Where(text => !ids.ContainsKey(text) && !known.Contains(text))
            .Select((text, i) => new AddedToken(text, next + i, AnyCase: false))];
    }

    /// <summary>One token, or those of a list or of an object of names and tokens.</summary>
    private static string[] Texts(JsonElement value, bool several) =>
        !several ? [Text(value)]
        : value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject().Select(field => Text(field.Value))]
        : [.. value.EnumerateArray().Select(Text)];

    private static string Text(JsonElement token) =>
        (token.ValueKind == JsonValueKind.Object ? TokenizerJson.Text(token, "content") : token.GetString())
        ?? throw new FormatException("a special token in it has no content");
}
