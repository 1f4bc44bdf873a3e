using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>What CLIP features are put through everywhere.</summary>
public static class FeatureMath
{
    /// <summary>Rows made unit length: x / ‖x‖₂ over the last dimension.</summary>
    /// <param name="features">[…, D], any floating type.</param>
    /// <returns>A new tensor of the same shape; a zero row stays zero.</returns>
    public static Tensor Unit(this Tensor features) => nn.functional.normalize(features, p: 2, dim: -1);
}
