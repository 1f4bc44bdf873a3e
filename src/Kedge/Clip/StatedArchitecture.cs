using System.Text.Json.Serialization;
using Kedge.Checkpoints;

namespace Kedge.Clip;

/// <summary>
/// What the user of a checkpoint says of its architecture, where shapes of weights cannot tell and no file does; it
/// counts more than files.
/// </summary>
/// <param name="Activation">The nonlinearity of both towers.</param>
/// <param name="Heads">Attention heads.</param>
internal readonly record struct StatedArchitecture(
    [property: JsonConverter(typeof(JsonStringEnumConverter<Activation>))] Activation? Activation = null, HeadCounts Heads = default);
