using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary><see cref="TensorArithmetic"/> in place: each operation returns the tensor that it changed.</summary>
internal static class InPlaceArithmetic
{
    private static readonly TorchSharp.Scalar One = ((Number)1).Hold();

    /// <summary>x ← x + y.</summary>
    public static Tensor Add_(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.add_(held, One);
    }

    /// <summary>x ← x + α y, of shapes that broadcast.</summary>
    public static Tensor Add_(this Tensor x, Tensor y, Number alpha)
    {
        using var held = alpha.Hold();
        return x.add_(y, held);
    }

    /// <summary>x ← x − y.</summary>
    public static Tensor Sub_(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.sub_(held);
    }

    /// <summary>x ← x · y.</summary>
    public static Tensor Mul_(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.mul_(held);
    }

    /// <summary>x ← x / y.</summary>
    public static Tensor Div_(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.div_(held);
    }

    /// <summary>x ← x + value · y · z, of shapes that broadcast.</summary>
    public static Tensor Addcmul_(this Tensor x, Tensor y, Tensor z, Number value)
    {
        using var held = value.Hold();
        return x.addcmul_(y, z, held);
    }

    /// <summary>x ← x + value · y / z, of shapes that broadcast.</summary>
    public static Tensor Addcdiv_(this Tensor x, Tensor y, Tensor z, Number value)
    {
        using var held = value.Hold();
        return x.addcdiv_(y, z, held);
    }

    /// <summary>Clamps the entries to [min, max].</summary>
    public static Tensor Clamp_(this Tensor x, Number min, Number max)
    {
        using var lower = min.Hold();
        using var upper = max.Hold();
        return x.clamp_(lower, upper);
    }

    /// <summary>Adds the rows (or columns) of another tensor to those of x that an index names.</summary>
    /// <param name="x">Of any shape.</param>
    /// <param name="dim">The dimension that is indexed.</param>
    /// <param name="index">[n] int64.</param>
    /// <param name="source">As x, with n entries in that dimension.</param>
    public static Tensor IndexAdd_(this Tensor x, long dim, Tensor index, Tensor source) => x.index_add_(dim, index, source, One);
}
