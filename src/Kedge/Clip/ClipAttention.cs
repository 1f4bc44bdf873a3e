using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>
/// Features of a frozen CLIP beside the attention that they come of, with gradients of these in the attention.
/// </summary>
internal static class ClipAttention
{
    /// <summary>Features of images.</summary>
    /// <param name="clip">The model.</param>
    /// <param name="pixels">[B, 3, height, width], F32.</param>
    /// <param name="probe">
    /// Is given [B, H, 1 + P, 1 + P] for each block of a ViT, [B, H, 1, 1 + P] of a ResNet's attention pooling, and
    /// [B, 1, 1, P] of the mean in a ResNet of basic blocks.
    /// </param>
    /// <returns>A new tensor [B, D], F32, rows of unit length, owned by the caller.</returns>
    public static Tensor EncodeImage(ClipModel clip, Tensor pixels, AttentionProbe probe)
    {
        using var scope = NewDisposeScope();
        return clip.Network.visual.Forward(clip.OnDevice(pixels), probe).Unit().MoveToOuterDisposeScope();
    }

    /// <summary>Features of images with more than one of each.</summary>
    /// <param name="clip">The model.</param>
    /// <param name="pixels">[B, 3, height, width], F32.</param>
    /// <param name="kinds">What beside the images' own features.</param>
    /// <param name="probe">As for <see cref="EncodeImage"/>.</param>
    /// <returns>New tensors, as <see cref="ClipModel.Encode"/> gives them, owned by the caller.</returns>
    public static ImageFeatures Encode(ClipModel clip, Tensor pixels, FeatureKinds kinds, AttentionProbe probe)
    {
        using var scope = NewDisposeScope();
        return clip.Network.visual.Encode(clip.OnDevice(pixels), kinds, probe).Each(tensor => tensor.MoveToOuterDisposeScope());
    }

    /// <summary>Features of texts.</summary>
    /// <param name="clip">The model.</param>
    /// <param name="texts">n texts, each within the context length.</param>
    /// <param name="probe">Is given [n, H, L, L] for each block, L tokens of the longest text.</param>
    /// <returns>A new tensor [n, D], F32, rows of unit length, owned by the caller.</returns>
    public static Tensor EncodeText(ClipModel clip, IReadOnlyList<string> texts, AttentionProbe probe)
    {
        using var scope = NewDisposeScope();
        return new TextEncoder(clip.Network, clip.Tokenizer).Encode(texts, probe: probe).Unit().MoveToOuterDisposeScope();
    }
}
