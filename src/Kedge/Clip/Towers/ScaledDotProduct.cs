using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>softmax(q kᵀ / √(W/H)) v, as libtorch fuses it or written out.</summary>
internal static class ScaledDotProduct
{
    /// <summary>Every position attends to every position, or (causal) to itself and those before it.</summary>
    /// <param name="query">[B, H, queries, W/H].</param>
    /// <param name="key">[B, H, keys, W/H].</param>
    /// <param name="value">[B, H, keys, W/H].</param>
    /// <param name="causal">Whether a position sees only itself and those before it.</param>
    /// <param name="probe">What is given the weights; <see langword="null"/> for nothing.</param>
    /// <returns>[B, H, queries, W/H].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, bool causal, AttentionProbe? probe) =>
        probe is null ? F.scaled_dot_product_attention(query, key, value, is_casual: causal)
        : matmul(probe.Keep(Weights(query, key, causal)), value);

    /// <summary>softmax(q kᵀ / √(W/H)): [B, H, queries, keys].</summary>
    public static Tensor Weights(Tensor query, Tensor key, bool causal)
    {
        var scores = matmul(query.Mul(Math.Pow(query.shape[^1], -0.5)), key.transpose(-1, -2));
        return softmax(causal ? Masked(scores) : scores, -1);
    }

    // −∞ for what comes after a position
    private static Tensor Masked(Tensor scores)
    {
        using var never = ((Number)double.NegativeInfinity).Hold();
        var later = ones(scores.shape[^2], scores.shape[^1], ScalarType.Bool, scores.device).triu(1);
        return scores.masked_fill(later, never);
    }
}
