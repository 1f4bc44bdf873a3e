using Kedge.Clip.Towers;

namespace Kedge.Clip;

/// <summary>
/// What does not fit together in an architecture, or is beyond any CLIP: the largest published ones have 48 layers,
/// widths of 5,120 and 1,024 pixels.
/// </summary>
internal static class ConfigurationFaults
{
    private const int MaxLayers = 256, MaxWidth = 65_536, MaxHidden = 262_144, MaxResolution = 4096;
    private const int MaxContext = 65_536, MaxVocabulary = 10_000_000;

    /// <summary>The first fault, as a sentence without its full stop; null where all fits.</summary>
    public static string? Find(ClipConfiguration architecture) =>
        Fault("text", architecture.Text.Transformer)
        ?? Within("featureWidth", architecture.FeatureWidth, 1, MaxWidth)
        ?? Within("contextLength", architecture.Text.ContextLength, 3, MaxContext)
        ?? Within("vocabularySize", architecture.Text.VocabularySize, 3, MaxVocabulary)
        ?? Unless(architecture.Vision.Resolution <= MaxResolution,
            $"resolution is {architecture.Vision.Resolution}, expected at most {MaxResolution}")
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
        Stages(net.Resolution, net.Width, net.Blocks)
        ?? Unless(net.Width >= 2 && net.Width % 2 == 0, $"width is {net.Width}, expected an even number from 2")
        ?? Unless(net.Heads >= 1 && 32 * net.Width % net.Heads == 0,
            $"heads are {net.Heads}, expected a divisor of 32 · width = {32 * net.Width}");

    private static string? Fault(BasicResNetConfiguration net) =>
        Stages(net.Resolution, net.Width, net.Blocks)
        ?? Unless(net is { Width: >= 1, HiddenWidth: >= 0 and <= MaxHidden },
            $"width is {net.Width}, hiddenWidth {net.HiddenWidth}, expected at least 1 and 0");

    private static string? Stages(int resolution, int width, IReadOnlyList<int> blocks) =>
        Unless(resolution >= 32 && resolution % 32 == 0, $"resolution is {resolution}, expected a multiple of 32")
        ?? Unless(width <= MaxWidth / 32, $"width is {width}, expected at most {MaxWidth / 32}")
        ?? Unless(blocks.Count == 4 && blocks.All(count => count >= 1),
            $"blocks are [{string.Join(", ", blocks)}], expected four numbers from 1")
        ?? Unless(blocks.All(count => count <= MaxLayers),
            $"blocks are [{string.Join(", ", blocks)}], expected at most {MaxLayers} of each");

    private static string? Fault(string tower, TransformerConfiguration blocks) =>
        Unless(blocks is { Width: >= 1, Layers: >= 1, MlpWidth: >= 1 },
            $"{tower}: width is {blocks.Width}, layers {blocks.Layers}, mlpWidth {blocks.MlpWidth}, expected at least 1 of each")
        ?? Unless(blocks is { Width: <= MaxWidth, Layers: <= MaxLayers, MlpWidth: <= MaxHidden },
            $"{tower}: width is {blocks.Width}, layers {blocks.Layers}, mlpWidth {blocks.MlpWidth}, " +
            $"expected at most {MaxWidth}, {MaxLayers} and {MaxHidden}")
        ?? Unless(blocks.Heads >= 1 && blocks.Width % blocks.Heads == 0,
            $"{tower}: heads are {blocks.Heads}, expected a divisor of width {blocks.Width}");

    private static string? Within(string name, int value, int least, int most) =>
        Unless(value >= least, $"{name} is {value}, expected at least {least}")
        ?? Unless(value <= most, $"{name} is {value}, expected at most {most}");

    private static string? Unless(bool holds, string fault) => holds ? null : fault;
}
