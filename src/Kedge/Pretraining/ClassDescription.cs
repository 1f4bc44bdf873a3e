using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kedge.Pretraining;

/// <summary>What a dictionary says of a class.</summary>
/// <param name="Names">Its names, the usual one first.</param>
/// <param name="Hypernyms">What it is a kind of, the nearest first.</param>
/// <param name="Gloss">Its definition.</param>
public sealed record ClassDescription(
    [property: JsonPropertyName("names")] IReadOnlyList<string> Names,
    [property: JsonPropertyName("hypernyms")] IReadOnlyList<string> Hypernyms,
    [property: JsonPropertyName("gloss")] string Gloss)
{
    private const int NearHypernyms = 3;

    /// <summary>Reads descriptions: a JSON object from class id to <c>names</c>, <c>hypernyms</c> and <c>gloss</c>.</summary>
    /// <exception cref="KedgeException">The file is missing or of another form.</exception>
    public static IReadOnlyDictionary<string, ClassDescription> ReadAll(string path)
    {
        try
        {
            var classes = JsonSerializer.Deserialize<Dictionary<string, ClassDescription>>(File.ReadAllText(path)) ?? [];
            return classes.All(c => c.Value is { Names.Count: > 0, Hypernyms: not null, Gloss: not null })
                ? classes
                : throw new KedgeException($"Reading class descriptions from {path}: a class lacks names, hypernyms or gloss; every class needs the three.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new KedgeException($"Reading class descriptions from {path} failed: {e.Message.ReplaceLineEndings(" ")} Expected a JSON object from class id to names, hypernyms and gloss.", e);
        }
    }

    /// <summary>Captions for a photo of the class: its names alone and in plain sentences, with what it is a kind of, and its definition.</summary>
    public IReadOnlyList<string> Captions()
    {
        var sentences = from name in Names
                        from template in (string[])["a photo of a {0}.", "a photo of a {0}.", "a picture of a {0}.", "{0}"]
                        select string.Format(template, name);
        var kinds = from name in Names
                    from kind in Hypernyms.Take(NearHypernyms)
                    select $"a photo of a {name}, a type of {kind}.";
        return [.. sentences, .. kinds, $"a photo of a {Names[0]}: {Gloss}."];
    }
}
