using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>
/// libtorch's products with weights laid out as oneDNN computes with them, which TorchSharp has no names for: by the C
/// functions that libtorch exports for models compiled ahead of time (torch/csrc/inductor/aoti_torch/c/shim_cpu.h). On
/// CPUs alone, without gradients. Results are new tensors in the current dispose scope.
/// </summary>
internal static unsafe partial class OneDnn
{
    private const string Library = "torch_cpu";
    private const ulong FollowedVersion = 0x020A_0000_0000_0000; // 2.10, whose interface this is

    /// <summary>Whether the libtorch at hand exports them; that of Apple's processors does not.</summary>
    public static bool IsAvailable { get; } = ExportsAll();

    /// <summary>The weight of a linear map in a layout of its own, for <see cref="Linear"/> alone.</summary>
    /// <param name="weight">[out, in], F32 or BF16.</param>
    public static Tensor PackLinear(Tensor weight) => Call("mkldnn::_reorder_linear_weight"u8, Own(weight), None);

    /// <summary>The weight of a convolution in a layout of its own, for <see cref="Convolve"/> alone.</summary>
    /// <param name="weight">[out, in, k, k], F32 or BF16.</param>
    /// <param name="stride">In both directions.</param>
    /// <param name="padding">On all sides.</param>
    public static Tensor PackConvolution(Tensor weight, long stride, long padding) =>
        Call("mkldnn::_reorder_convolution_weight"u8, Own(weight), Pair(padding), Pair(stride), Pair(1), 1, None);

    /// <summary>f(x Wᵀ + b).</summary>
    /// <param name="x">[…, in], of the weight's type.</param>
    /// <param name="weight">As <see cref="PackLinear"/> gives it.</param>
    /// <param name="bias">[out], of the same type; <see langword="null"/> for none.</param>
    /// <param name="f">What is applied in the same pass.</param>
    /// <returns>[…, out], of the same type.</returns>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias, Nonlinearity f)
    {
        var offset = bias?.Handle ?? 0;
        nint y;
        fixed (byte* name = Name(f), algorithm = "none"u8)
        {
            var algorithms = algorithm;
            Check(LinearPointwise(x.Handle, weight.Handle, bias is null ? null : &offset, name, null, 0, &algorithms, &y));
        }
        KeepAlive(x, weight, bias);
        return Tensor.UnsafeCreateTensor(y);
    }

    /// <summary>f(x ∗ W + b), or f(x ∗ W + b + plus).</summary>
    /// <param name="x">[B, in, h, w], of the weight's type, channels last.</param>
    /// <param name="weight">As <see cref="PackConvolution"/> gives it for the same stride and padding.</param>
    /// <param name="bias">[out], of the same type.</param>
    /// <param name="stride">In both directions.</param>
    /// <param name="padding">On all sides.</param>
    /// <param name="f">What is applied in the same pass.</param>
    /// <param name="plus">Of the result's shape, type and layout; <see langword="null"/> for nothing.</param>
    /// <returns>[B, out, h', w'], of the same type, channels last.</returns>
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor bias, long stride, long padding, Nonlinearity f, Tensor? plus)
    {
        var offset = bias.Handle;
        long* strides = stackalloc[] { stride, stride }, paddings = stackalloc[] { padding, padding }, dilations = stackalloc[] { 1L, 1 };
        nint y;
        fixed (byte* name = Name(f), add = "add"u8)
        {
            var names = name;
            Check(plus is null
                ? ConvolutionPointwise(x.Handle, weight.Handle, &offset, paddings, 2, strides, 2, dilations, 2, 1, name, null, 0, null, &y)
                : ConvolutionPointwiseBinary(x.Handle, plus.Handle, weight.Handle, &offset, paddings, 2, strides, 2, dilations, 2, 1, add,
                    null, f == Nonlinearity.None ? null : &names, null, 0, null, &y));
        }
        KeepAlive(x, weight, bias);
        GC.KeepAlive(plus);
        return Tensor.UnsafeCreateTensor(y);
    }

    private static ReadOnlySpan<byte> Name(Nonlinearity f) => f switch
    {
        Nonlinearity.Relu => "relu"u8,
        Nonlinearity.Silu => "swish"u8,
        Nonlinearity.Gelu => "gelu"u8,
        _ => "none"u8,
    };

    private static void KeepAlive(Tensor x, Tensor weight, Tensor? bias)
    {
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException("libtorch could not compute with packed weights; it has written why on standard error.");
    }
}
