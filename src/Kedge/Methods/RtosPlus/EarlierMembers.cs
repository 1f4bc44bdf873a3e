using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The members that RTOS+ had in 0.1.0 alone, read from its files: ridge on the attention over the anchors at their
/// start, and kernel ridge on the support images.
/// <code>
///     Σ_k P⁰_k(x) B_kc + Σ_n exp(−β (1 − x f_n)) A_nc        [B, C]
/// </code>
/// </summary>
internal sealed class EarlierMembers
{
    private readonly StoredSupport _support;
    private readonly double _temperature;
    private readonly Tensor _start; // [K, D]: the anchors at their start
    private readonly Tensor _anchorRidge; // B [K, C]
    private readonly Tensor _kernel; // A [N, C], or [0, C] where there is none

    /// <summary>Takes the tensors from a state, checked; they stay the state's.</summary>
    internal EarlierMembers(ClassifierState state, RtosPlusDetails details, StoredSupport support)
    {
        (_support, _temperature) = (support, details.Rtos.AttentionTemperature);
        _start = state.Take("anchor.start", ScalarType.Float32, details.Rtos.Anchors.Count, state.FeatureWidth);
        _anchorRidge = state.Take("anchor.ridge", ScalarType.Float32, details.Rtos.Anchors.Count, state.ClassCount);
        _kernel = state.Take(
            "kernel", ScalarType.Float32, details.Weights.Kernel > 0 ? support.Features.shape[0] : 0, state.ClassCount);
    }

    /// <summary>[B, D] → [B, C].</summary>
    internal Tensor Logits(Tensor x)
    {
        var logits = Attention(x).matmul(_anchorRidge);
        return _kernel.shape[0] == 0 ? logits : logits.Add(Affinity(x).matmul(_kernel));
    }

    /// <summary>[B, D] → [B, C, K].</summary>
    internal Tensor ByAnchor(Tensor x) => Attention(x).unsqueeze(1) * _anchorRidge.t();

    /// <summary>Contributions [B, C, N] with the kernel's.</summary>
    internal Tensor AddByImage(Tensor contributions, Tensor x) =>
        _kernel.shape[0] == 0 ? contributions : contributions.Add(Affinity(x).unsqueeze(1) * _kernel.t());

    private Tensor Attention(Tensor x) => RelationTransition.Attention(x, _start, _temperature);

    private Tensor Affinity(Tensor x) => TipAdapter.Affinity(x, _support.Features, TipAdapter.PublishedBeta);
}
