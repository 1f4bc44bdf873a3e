using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Clip.Relevance;

/// <summary>
/// The relevance rule for attention: H. Chefer et al., "Generic Attention-model Explainability", ICCV 2021, arXiv
/// 2103.15679, as R. Paiss et al., "No Token Left Behind", ECCV 2022, arXiv 2204.04908, apply it to CLIP. A are a
/// block's attention weights after the softmax, Γ the gradient of a score in them:
/// <code>
///     E_l = mean over H of max(0, Γ_l ∘ A_l)         [B, queries, keys]
///     R = (I + E_L) … (I + E_1)                      of blocks 1 … L
/// </code>
/// One row of R is all that is ever asked for, and it is computed as such: products of a vector and a matrix, from the
/// last block down. Differentiable in A where A is; Γ is taken as constant or not, as its maker has it.
/// </summary>
internal static class RelevanceRollout
{
    /// <summary>E of a block.</summary>
    /// <param name="weights">[B, H, queries, keys].</param>
    /// <param name="gradient">The same shape.</param>
    /// <returns>[B, queries, keys], 0 or more, in the current dispose scope.</returns>
    public static Tensor Carried(Tensor weights, Tensor gradient) => (gradient * weights).ClampMin(0).mean([1]);

    /// <summary>A row of R for each of a batch.</summary>
    /// <param name="weights">
    /// [B, H, n, n] a block, the first first; or, of an attention pooling, [B, H, 1, keys] alone, whose R is E.
    /// </param>
    /// <param name="gradients">The same shapes.</param>
    /// <param name="rows">[B] int64: the query whose row it is.</param>
    /// <returns>[B, keys], 0 or more, in the current dispose scope.</returns>
    public static Tensor Row(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients, Tensor rows)
    {
        var (queries, keys) = (weights[^1].shape[2], weights[^1].shape[3]);
        var row = nn.functional.one_hot(rows, queries).to(weights[^1].dtype).unsqueeze(1); // [B, 1, queries]
        for (var block = weights.Count - 1; block >= 0; block--)
        {
            var carried = matmul(row, Carried(weights[block], gradients[block]));
            row = queries == keys ? row.Add(carried) : carried;
        }
        return row.squeeze(1);
    }
}
