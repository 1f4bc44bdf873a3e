using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.FewShot;
using Kedge.Runtime;

namespace Kedge.Methods;

/// <summary>What RTOS stores beside its tensors.</summary>
/// <param name="Anchors">The K words that the anchors are or started from.</param>
/// <param name="Template">The prompt that surrounds an anchor; empty where the anchors are points of
/// the feature space.</param>
/// <param name="Value">What relates classes to anchors.</param>
/// <param name="RelationTemperature">τ_r in effect.</param>
/// <param name="AttentionTemperature">τ_a in effect.</param>
/// <param name="Alpha">α in effect; 0 where held-out shots showed no gain over zero-shot.</param>
/// <param name="HeldOut">The result on held-out shots; <see langword="null"/> where nothing was chosen on any.</param>
internal sealed record RtosDetails(IReadOnlyList<string> Anchors, string Template,
    RelationValue Value, double RelationTemperature, double AttentionTemperature, double Alpha,
    HeldOutResult? HeldOut = null)
{
    internal static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) },
    };

    internal JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Format);

    /// <summary>Reads them from a state.</summary>
    /// <exception cref="KedgeException">They are damaged.</exception>
    internal static RtosDetails Read(ClassifierState state)
    {
        try
        {
            return state.Details.Deserialize<RtosDetails>(Format) is { Anchors.Count: > 0, Template: not null } details
                ? details
                : throw new JsonException("no anchors");
        }
        catch (JsonException e)
        {
            throw state.Damaged($"no anchor words ({e.Describe()})");
        }
    }
}
