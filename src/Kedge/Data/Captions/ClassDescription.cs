using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Runtime;

namespace Kedge.Data.Captions;

/// <summary>A dictionary entry of a class: synonyms, hypernyms and gloss.</summary>
/// <param name="Names">At least one name, the most usual first.</param>
/// <param name="Hypernyms">Its superordinate concepts, the nearest first; may be empty.</param>
/// <param name="Gloss">Its definition.</param>
internal sealed record ClassDescription(
    [property: JsonPropertyName("names")] IReadOnlyList<string> Names,
    [property: JsonPropertyName("hypernyms")] IReadOnlyList<string> Hypernyms,
    [property: JsonPropertyName("gloss")] string Gloss)
{
    private const string Expected = "expected a JSON object from class id to names (at least one), hypernyms and gloss";
    private const int NearHypernyms = 3;

    // the JSON reader leaves null what the file lacks
    private bool IsComplete =>
        Names is { Count: > 0 } && Names.All(name => name is not (null or "")) && Hypernyms is not null && Gloss is not null;

    /// <summary>
    /// Reads descriptions: a JSON object from class id to <c>names</c>, <c>hypernyms</c> and <c>gloss</c>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KedgeException">The file is missing or of another form.</exception>
    public static IReadOnlyDictionary<string, ClassDescription> ReadAll(string path)
    {
        try
        {
            var classes = JsonSerializer.Deserialize<Dictionary<string, ClassDescription?>>(UserFile.ReadAllText(path));
            if (classes is null or { Count: 0 })
                throw new KedgeException($"Reading class descriptions from '{path}' found no class; {Expected}.");
            return classes.ToDictionary(entry => entry.Key, entry => entry.Value is { IsComplete: true } complete
                ? complete
                : throw new KedgeException($"Reading class descriptions from '{path}' found the class {entry.Key} without names, " +
                    $"hypernyms or gloss; {Expected}."));
        }
        catch (JsonException e)
        {
            var place = $"{e.Path ?? "$"}, line {e.LineNumber + 1}";
            throw new KedgeException($"Reading class descriptions from '{path}' found another form at {place}; {Expected}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"Reading class descriptions from '{path}' failed: {e.Message} Check the path.", e);
        }
    }

    /// <summary>
    /// Captions for a photo of the class: its names alone and in templates, with hypernyms, and with its gloss.
    /// </summary>
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
