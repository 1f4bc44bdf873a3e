using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Runtime;

/// <summary>
/// f(x ∗ W + b), or f(x ∗ W + b + y), with a weight that is laid out and converted once; channels last, without
/// gradients. Owns its tensors.
/// </summary>
internal sealed class PackedConvolution : IDisposable
{
    private readonly bool _oneDnn;
    private readonly ScalarType _type;
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly long _stride, _padding;
    private readonly Nonlinearity _f;

    /// <summary>Packs a weight.</summary>
    /// <param name="weight">W [out, in, k, k].</param>
    /// <param name="bias">b [out].</param>
    /// <param name="stride">In both directions.</param>
    /// <param name="padding">On all sides.</param>
    /// <param name="type">F32 or BF16, what is multiplied; sums are F32.</param>
    /// <param name="f">What is applied to the result.</param>
    public PackedConvolution(Tensor weight, Tensor bias, long stride, long padding, ScalarType type, Nonlinearity f)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        (_stride, _padding, _type, _f) = (stride, padding, type, f);
        _oneDnn = OneDnn.IsAvailable && weight.device_type == DeviceType.CPU;
        var converted = weight.detach().to(type);
        _weight = (_oneDnn ? OneDnn.PackConvolution(converted, stride, padding) : ChannelsLast(converted)).DetachFromDisposeScope();
        _bias = bias.detach().to(type).DetachFromDisposeScope();
    }

    /// <summary>[B, in, h, w] of any floating type → [B, out, h', w'] of the packed type, B ≥ 1.</summary>
    /// <param name="x">[B, in, h, w].</param>
    /// <param name="plus">y, of the result's shape and type; <see langword="null"/> for nothing.</param>
    public Tensor Apply(Tensor x, Tensor? plus = null)
    {
        var input = ChannelsLast(x.dtype == _type ? x : x.to(_type));
        if (_oneDnn && plus?.shape is not [_, _, 1, 1])
            return OneDnn.Convolve(input, _weight, _bias, _stride, _padding, _f, plus);
        var y = _oneDnn
            ? OneDnn.Convolve(input, _weight, _bias, _stride, _padding, Nonlinearity.None, plus: null)
            : F.conv2d(input, _weight, _bias, [_stride, _stride], [_padding, _padding]);
        y = plus is null ? y : y.Add_(plus, 1);
        return _f == Nonlinearity.Relu ? y.relu_() : y;
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }

    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
