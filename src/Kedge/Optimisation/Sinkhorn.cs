using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Entropy-regularised optimal transport between uniform distributions, by Sinkhorn's iterations (M. Cuturi, "Sinkhorn
/// Distances", NeurIPS 2013, arXiv 1306.0895).
/// <code>
///     plan = diag(a) exp(−cost ÷ ε) diag(b)      rows sum to 1/P, columns to 1/N; scaled in turn
/// </code>
/// </summary>
internal static class Sinkhorn
{
    /// <summary>The transport plans of a batch of problems, without gradient.</summary>
    /// <param name="cost">
    /// […, P, N], 0 to 2 as 1 − cosine. Below ε 0.05 the kernel exp(−cost ÷ ε) is computed in F64, in
    /// which exp(−2 ÷ 0.01) does not underflow.
    /// </param>
    /// <param name="entropy">ε, the weight of the entropy.</param>
    /// <param name="iterations">The number of iterations; the column marginals are exact at the end.</param>
    /// <returns>[…, P, N], F32, in the current dispose scope.</returns>
    internal static Tensor TransportPlan(Tensor cost, double entropy, int iterations)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var kernel = (entropy < 0.05 ? cost.to(ScalarType.Float64) : cost).neg().Div(entropy).exp(); // [P, N]
        var (rows, columns) = (1.0 / cost.shape[^2], 1.0 / cost.shape[^1]);
        var a = zeros_like(kernel.narrow(-1, 0, 1));                                            // [P, 1]
        var b = ones_like(kernel.narrow(-2, 0, 1));                                             // [1, N]
        for (var i = 0; i < iterations; i++)
        {
            using var step = NewDisposeScope();
            a.copy_((kernel * b).sum(-1, keepdim: true).reciprocal().Mul(rows));
            b.copy_((kernel * a).sum(-2, keepdim: true).reciprocal().Mul(columns));
        }
        return (a * kernel * b).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
