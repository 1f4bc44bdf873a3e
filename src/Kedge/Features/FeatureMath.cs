using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>Normalisation of features.</summary>
internal static class FeatureMath
{
    /// <summary>L2 normalisation over the last dimension: x / ‖x‖₂.</summary>
    /// <param name="features">[…, D], any floating type.</param>
    /// <returns>A new tensor of the same shape; a zero row stays zero.</returns>
    public static Tensor Unit(this Tensor features) => nn.functional.normalize(features, p: 2, dim: -1);

    /// <summary>
    /// Rows rescaled to the norms of unit features, which are 1 up to rounding, so that unchanged
    /// features keep the same bits.
    /// </summary>
    /// <param name="features">[…, D].</param>
    /// <param name="unit">[…, D] unit: the features before the change.</param>
    internal static Tensor WithNormOf(this Tensor features, Tensor unit) => features * (Length(unit) / Length(features));

    private static Tensor Length(Tensor features) => features.norm(-1, keepdim: true).ClampMin(1e-12);
}
