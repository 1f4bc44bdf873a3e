using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>What CLIP features are put through everywhere.</summary>
internal static class FeatureMath
{
    /// <summary>Rows made unit length: x / ‖x‖₂ over the last dimension.</summary>
    /// <param name="features">[…, D], any floating type.</param>
    /// <returns>A new tensor of the same shape; a zero row stays zero.</returns>
    public static Tensor Unit(this Tensor features) => nn.functional.normalize(features, p: 2, dim: -1);

    /// <summary>Rows made as long as unit features are, which is 1 but for rounding: where nothing was changed, the same bits come back.</summary>
    /// <param name="features">[…, D].</param>
    /// <param name="unit">[…, D] unit: what the features were before they were changed.</param>
    internal static Tensor WithNormOf(this Tensor features, Tensor unit) => features * (Length(unit) / Length(features));

    private static Tensor Length(Tensor features) => features.norm(-1, keepdim: true).ClampMin(1e-12);
}
