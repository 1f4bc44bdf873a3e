using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>
/// Comparisons of tensors with numbers that are held until libtorch has read them: bool tensors of x's shape.
/// </summary>
internal static class TensorComparison
{
    /// <summary>x &lt; y.</summary>
    public static Tensor Lt(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.lt(held);
    }

    /// <summary>x &gt; y.</summary>
    public static Tensor Gt(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.gt(held);
    }

    /// <summary>x ≥ y.</summary>
    public static Tensor Ge(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.ge(held);
    }
}
