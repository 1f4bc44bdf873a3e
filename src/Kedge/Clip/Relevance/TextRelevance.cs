using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Clip.Relevance;

/// <summary>
/// How much each token of a text carries a score: the row of the end of text, e, of <see cref="RelevanceRollout"/>.
/// <code>
///     r = R[e, :],  r[e] ← 0,  r ← r / Σ r           the start of text keeps its share
///     words only:   R[e, 1 … e − 1] / Σ              scaled: divided by its maximum instead
/// </code>
/// Where no entry is positive, all are 0; the published code gives NaN.
/// </summary>
internal static class TextRelevance
{
    private const double Least = 1e-30; // a sum that is below is 0

    /// <summary>Shares of all tokens.</summary>
    /// <param name="weights">[B, H, n, n] of each block of a causal tower, n at least 1 + the largest end.</param>
    /// <param name="gradients">The gradients of a score in them, the same shapes.</param>
    /// <param name="ends">[B] int64: the position of the end of text.</param>
    /// <returns>[B, n], 0 or more, rows that sum to 1 (or 0), 0 at the end of text and after it.</returns>
    public static Tensor Shares(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients, Tensor ends)
    {
        var row = RelevanceRollout.Row(weights, gradients, ends);
        return Normalize(row * Before(ends, row));
    }

    /// <summary>Shares of the words alone.</summary>
    /// <param name="shares">[B, n] of <see cref="Shares"/>.</param>
    /// <returns>[B, n], 0 at the start of text, else divided by their sum.</returns>
    public static Tensor Words(Tensor shares) => Normalize(shares * TensorFactory.Arange(shares.shape[1], shares.device).Gt(0));

    /// <summary>Divided by their sum; 0 where that is 0.</summary>
    /// <param name="row">[B, n], 0 or more.</param>
    public static Tensor Normalize(Tensor row) => row / row.sum(-1, keepdim: true).ClampMin(Least);

    // [B, n]: whether a position comes before the end of text
    private static Tensor Before(Tensor ends, Tensor row) => TensorFactory.Arange(row.shape[1], row.device).lt(ends.unsqueeze(1));
}
