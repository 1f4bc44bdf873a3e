using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>
/// Arithmetic of tensors and numbers, safe against garbage collection: each <see cref="Number"/> is held until libtorch
/// has read it. The kernels, and so the results to the last bit, are those of TorchSharp's operators and methods of the
/// same name; a trailing underscore means in place, as in torch. Results are new tensors in the current dispose scope.
/// </summary>
internal static class TensorArithmetic
{
    private static readonly Scalar One = ((Number)1).Hold();
    private static readonly Scalar Two = ((Number)2).Hold();

    /// <summary>x + y, of shapes that broadcast.</summary>
    public static Tensor Add(this Tensor x, Tensor y) => x.add(y, One); // x + y makes its factor of 1 anew each time

    /// <summary>x + α y, of shapes that broadcast.</summary>
    public static Tensor Add(this Tensor x, Tensor y, Number alpha)
    {
        using var held = alpha.Hold();
        return x.add(y, held);
    }

    /// <summary>x + y.</summary>
    [OverloadResolutionPriority(1)] // a number could become a tensor too
    public static Tensor Add(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.add(held, One);
    }

    /// <summary>x − y.</summary>
    public static Tensor Sub(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.sub(held);
    }

    /// <summary>y − x.</summary>
    public static Tensor SubFrom(this Tensor x, Number y) => x.negative().Add(y);

    /// <summary>x · y.</summary>
    public static Tensor Mul(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.mul(held);
    }

    /// <summary>x / y.</summary>
    public static Tensor Div(this Tensor x, Number y)
    {
        using var held = y.Hold();
        return x.div(held);
    }

    /// <summary>x², entry by entry.</summary>
    public static Tensor Square(this Tensor x) => x.pow(Two);

    /// <summary>max(x, min), entry by entry.</summary>
    public static Tensor ClampMin(this Tensor x, Number min)
    {
        using var held = min.Hold();
        return x.clamp_min(held);
    }

    /// <summary>x with the rows (or columns) of another tensor added to those that an index names.</summary>
    /// <param name="x">Of any shape.</param>
    /// <param name="dim">The dimension that is indexed.</param>
    /// <param name="index">[n] int64.</param>
    /// <param name="source">As x, with n entries in that dimension.</param>
    public static Tensor IndexAdd(this Tensor x, long dim, Tensor index, Tensor source) => x.index_add(dim, index, source, One);
}
