using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>Creates tensors; the numbers given are held until libtorch has read them.</summary>
internal static class TensorFactory
{
    /// <summary>The integers 0, 1, …, stop − 1.</summary>
    /// <param name="stop">The number of entries.</param>
    /// <param name="device">Where; the CPU where none is given.</param>
    /// <returns>[stop] int64, in the current dispose scope.</returns>
    public static Tensor Arange(long stop, Device? device = null)
    {
        using var first = ((Number)0).Hold();
        using var end = ((Number)stop).Hold();
        using var step = ((Number)1).Hold();
        return arange(first, end, step, device: device);
    }

    /// <summary>A tensor whose entries are all one number.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="value">The number.</param>
    /// <param name="dtype">Its type; libtorch's default where none is given, which is float32.</param>
    /// <param name="device">Where; the CPU where none is given.</param>
    /// <returns>In the current dispose scope.</returns>
    public static Tensor Full(ReadOnlySpan<long> shape, Number value, ScalarType? dtype = null, Device? device = null)
    {
        using var held = value.Hold();
        return full(shape, held, dtype, device);
    }
}
