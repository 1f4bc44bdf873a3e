using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Checkpoints;

namespace Kedge.Clip;

/// <summary>Architectures as JSON: a <see cref="ClipConfiguration"/> in camel case, its image tower marked by <c>"$type": "vit"</c> or <c>"resnet"</c>.</summary>
public static class ArchitectureFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter<Activation>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Reads and checks an architecture.</summary>
    /// <param name="path">A JSON file.</param>
    /// <returns>An architecture whose numbers fit together.</returns>
    /// <exception cref="KedgeException">The file cannot be read, is of another form, or its numbers do not fit together.</exception>
    public static ClipConfiguration Read(string path)
    {
        try
        {
            var architecture = JsonSerializer.Deserialize<ClipConfiguration>(File.ReadAllText(path), Format) ?? throw new JsonException("It holds null.");
            return Fault(architecture) is { } fault
                ? throw new KedgeException($"The architecture '{path}' cannot be built: {fault}.")
                : architecture;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            throw new KedgeException($"The architecture '{path}' cannot be read: {e.Message.ReplaceLineEndings(" ")} Expected a JSON object as docs/models/kedge-mini.arch.json is.", e);
        }
    }

    /// <summary>The JSON that <see cref="Read"/> takes, indented.</summary>
    /// <param name="architecture">Any architecture.</param>
    public static string Write(ClipConfiguration architecture) => JsonSerializer.Serialize(architecture, Format);

    private static string? Fault(ClipConfiguration architecture) =>
        Fault("text", architecture.Text.Transformer)
        ?? (architecture.FeatureWidth < 1 ? $"featureWidth is {architecture.FeatureWidth}, expected at least 1" : null)
        ?? (architecture.Text.ContextLength < 3 ? $"contextLength is {architecture.Text.ContextLength}, expected at least 3" : null)
        ?? (architecture.Text.VocabularySize < 3 ? $"vocabularySize is {architecture.Text.VocabularySize}, expected at least 3" : null)
        ?? architecture.Vision switch
        {
            VisionTransformerConfiguration vit => Fault("vision", vit.Transformer) ?? (vit.PatchSize < 1 || vit.Resolution < 1 || vit.Resolution % vit.PatchSize != 0
                ? $"resolution is {vit.Resolution}, expected a multiple of patchSize {vit.PatchSize}" : null),
            ResNetConfiguration resNet => resNet.Resolution < 32 || resNet.Resolution % 32 != 0 ? $"resolution is {resNet.Resolution}, expected a multiple of 32"
                : resNet.Blocks.Count != 4 || resNet.Blocks.Any(count => count < 1) ? $"blocks are [{string.Join(", ", resNet.Blocks)}], expected four numbers from 1"
                : resNet.Width < 2 || resNet.Width % 2 != 0 ? $"width is {resNet.Width}, expected an even number"
                : resNet.Heads < 1 || 32 * resNet.Width % resNet.Heads != 0 ? $"heads are {resNet.Heads}, expected a divisor of 32 · width = {32 * resNet.Width}"
                : null,
            _ => null,
        };

    private static string? Fault(string tower, TransformerConfiguration blocks) =>
        blocks.Width < 1 || blocks.Layers < 1 || blocks.MlpWidth < 1 ? $"{tower}: width is {blocks.Width}, layers {blocks.Layers}, mlpWidth {blocks.MlpWidth}, expected at least 1 of each"
        : blocks.Heads < 1 || blocks.Width % blocks.Heads != 0 ? $"{tower}: heads are {blocks.Heads}, expected a divisor of width {blocks.Width}"
        : null;
}
