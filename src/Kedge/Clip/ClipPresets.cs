using Kedge.Clip.Towers;

namespace Kedge.Clip;

/// <summary>
/// The architectures that OpenAI published (Radford et al. 2021, arXiv 2103.00020, tables 19 and 20).
/// </summary>
internal static class ClipPresets
{
    /// <summary>Every published architecture by its name.</summary>
    public static IReadOnlyDictionary<string, ClipConfiguration> All { get; } =
        new Dictionary<string, ClipConfiguration>(StringComparer.OrdinalIgnoreCase)
        {
            ["RN50"] = new(1024, ResNet(224, 64, 3, 4, 6, 3), Text(512)),
            ["RN101"] = new(512, ResNet(224, 64, 3, 4, 23, 3), Text(512)),
            ["RN50x4"] = new(640, ResNet(288, 80, 4, 6, 10, 6), Text(640)),
            ["RN50x16"] = new(768, ResNet(384, 96, 6, 8, 18, 8), Text(768)),
            ["RN50x64"] = new(1024, ResNet(448, 128, 3, 15, 36, 10), Text(1024)),
            ["ViT-B/32"] = new(512, VisionTransformer(224, 32, 768, 12), Text(512)),
            ["ViT-B/16"] = new(512, VisionTransformer(224, 16, 768, 12), Text(512)),
            ["ViT-L/14"] = new(768, VisionTransformer(224, 14, 1024, 24), Text(768)),
            ["ViT-L/14@336px"] = new(768, VisionTransformer(336, 14, 1024, 24), Text(768)),
        };

    private static ResNetConfiguration ResNet(int resolution, int width, params int[] blocks) =>
        new(resolution, width, blocks, Heads: width * 32 / 64);

    private static VisionTransformerConfiguration VisionTransformer(int resolution, int patch, int width, int layers) =>
        new(resolution, patch, Blocks(width, layers));

    private static TextConfiguration Text(int width) => new(ContextLength: 77, VocabularySize: 49408, Blocks(width, layers: 12));

    private static TransformerConfiguration Blocks(int width, int layers) => new(width, layers, Heads: width / 64, MlpWidth: 4 * width);
}
