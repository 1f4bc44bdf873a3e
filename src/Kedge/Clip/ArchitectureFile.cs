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
            return ConfigurationFaults.Find(architecture) is { } fault
                ? throw new KedgeException($"The architecture '{path}' cannot be built: {fault}.")
                : architecture;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            throw new KedgeException($"The architecture '{path}' cannot be read: {e.Describe()} " +
                "Expected a JSON object as docs/models/kedge-mini.arch.json is.", e);
        }
    }

    /// <summary>The JSON that <see cref="Read"/> takes, indented.</summary>
    /// <param name="architecture">Any architecture.</param>
    public static string Write(ClipConfiguration architecture) => JsonSerializer.Serialize(architecture, Format);
}
