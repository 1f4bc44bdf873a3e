using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Runtime;

/// <summary>
/// f(x Wᵀ + b) with a weight that is laid out and converted once; without gradients. Owns its tensors.
/// </summary>
internal sealed class PackedLinear : IDisposable
{
    private readonly bool _oneDnn;
    private readonly ScalarType _type;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly Nonlinearity _f;

    /// <summary>Packs a weight.</summary>
    /// <param name="weight">W [out, in]; not kept where it is converted or laid out anew.</param>
    /// <param name="bias">b [out]; <see langword="null"/> for none.</param>
    /// <param name="type">F32 or BF16, what is multiplied; sums are F32.</param>
    /// <param name="f">What is applied to the result.</param>
    public PackedLinear(Tensor weight, Tensor? bias, ScalarType type, Nonlinearity f = Nonlinearity.None)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        (_type, _f) = (type, f);
        _oneDnn = OneDnn.IsAvailable && weight.device_type == DeviceType.CPU;
        var converted = weight.detach().to(type).contiguous();
        _weight = (_oneDnn ? OneDnn.PackLinear(converted) : converted).DetachFromDisposeScope();
        _bias = bias?.detach().to(type).contiguous().DetachFromDisposeScope();
    }

    /// <summary>[…, in] of any floating type and at least one row → […, out] of the packed type.</summary>
    public Tensor Apply(Tensor x)
    {
        var input = x.dtype == _type ? x : x.to(_type);
        return _oneDnn ? OneDnn.Linear(input, _weight, _bias, _f) : Activate(F.linear(input, _weight, _bias));
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    private Tensor Activate(Tensor y) => _f switch
    {
        Nonlinearity.Relu => y.relu_(),
        Nonlinearity.Silu => F.silu(y, inplace: true),
        Nonlinearity.Gelu => F.gelu(y),
        _ => y,
    };
}
