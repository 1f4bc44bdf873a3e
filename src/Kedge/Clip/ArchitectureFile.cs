using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Checkpoints;
using Kedge.Clip.Towers;
using Kedge.Runtime;

namespace Kedge.Clip;

/// <summary>
/// Architectures as JSON: a <see cref="ClipConfiguration"/> in camel case, its image tower marked by
/// <c>"$type": "vit"</c>, <c>"resnet"</c> or <c>"basic-resnet"</c>.
/// </summary>
internal static class ArchitectureFile
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
    /// <exception cref="KedgeException">The file cannot be read, is of another form, or its numbers do not
    /// fit together.</exception>
    public static ClipConfiguration Read(string path)
    {
        try
        {
            var architecture = JsonSerializer.Deserialize<ClipConfiguration>(UserFile.ReadAllText(path), Format)
                ?? throw new JsonException("It holds null.");
            return Fault(architecture) is { } fault
                ? throw new KedgeException($"The architecture '{path}' cannot be built: {fault}.")
                : architecture;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            throw new KedgeException($"The architecture '{path}' cannot be read: {e.Message.ReplaceLineEndings(" ")} " +
                "Expected a JSON object as docs/models/kedge-mini.arch.json is.", e);
        }
    }

    /// <summary>The JSON that <see cref="Read"/> takes, indented.</summary>
    /// <param name="architecture">Any architecture.</param>
    public static string Write(ClipConfiguration architecture) => JsonSerializer.Serialize(architecture, Format);

    /// <summary>What does not fit together, first things first; null where all does.</summary>
    private static string? Fault(ClipConfiguration architecture) =>
        Fault("text", architecture.Text.Transformer)
        ?? Unless(architecture.FeatureWidth >= 1, $"featureWidth is {architecture.FeatureWidth}, expected at least 1")
        ?? Unless(architecture.Text.ContextLength >= 3, $"contextLength is {architecture.Text.ContextLength}, expected at least 3")
        ?? Unless(architecture.Text.VocabularySize >= 3, $"vocabularySize is {architecture.Text.VocabularySize}, expected at least 3")
        ?? architecture.Vision switch
        {
            VisionTransformerConfiguration vit => Fault(vit),
            ResNetConfiguration net => Fault(net),
            BasicResNetConfiguration net => Fault(net),
            _ => null,
        };

    private static string? Fault(VisionTransformerConfiguration vit) =>
        Fault("vision", vit.Transformer)
        ?? Unless(vit is { PatchSize: >= 1, Resolution: >= 1 } && vit.Resolution % vit.PatchSize == 0,
            $"resolution is {vit.Resolution}, expected a multiple of patchSize {vit.PatchSize}");

    private static string? Fault(ResNetConfiguration net) =>
        Stages(net.Resolution, net.Blocks)
        ?? Unless(net.Width >= 2 && net.Width % 2 == 0, $"width is {net.Width}, expected an even number from 2")
        ?? Unless(net.Heads >= 1 && 32 * net.Width % net.Heads == 0,
            $"heads are {net.Heads}, expected a divisor of 32 · width = {32 * net.Width}");

    private static string? Fault(BasicResNetConfiguration net) =>
        Stages(net.Resolution, net.Blocks)
        ?? Unless(net is { Width: >= 1, HiddenWidth: >= 0 },
            $"width is {net.Width}, hiddenWidth {net.HiddenWidth}, expected at least 1 and 0");

    private static string? Stages(int resolution, IReadOnlyList<int> blocks) =>
        Unless(resolution >= 32 && resolution % 32 == 0, $"resolution is {resolution}, expected a multiple of 32")
        ?? Unless(blocks.Count == 4 && blocks.All(count => count >= 1),
            $"blocks are [{string.Join(", ", blocks)}], expected four numbers from 1");

    private static string? Fault(string tower, TransformerConfiguration blocks) =>
        Unless(blocks is { Width: >= 1, Layers: >= 1, MlpWidth: >= 1 },
            $"{tower}: width is {blocks.Width}, layers {blocks.Layers}, mlpWidth {blocks.MlpWidth}, expected at least 1 of each")
        ?? Unless(blocks.Heads >= 1 && blocks.Width % blocks.Heads == 0,
            $"{tower}: heads are {blocks.Heads}, expected a divisor of width {blocks.Width}");

    private static string? Unless(bool holds, string fault) => holds ? null : fault;
}
