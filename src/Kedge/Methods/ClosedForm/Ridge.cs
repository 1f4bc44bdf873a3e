using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Ridge regression of the classes, one-hot and centred, on features or on a kernel, with leave-one-out logits in
/// closed form:
/// <code>
///     A = (K + λ I)⁻¹ Y                                     [N, C]   a coefficient for each support image and class
///     logits = k(x, F) A
///     leave-one-out: Y_n − A_n / [(K + λ I)⁻¹]_nn
/// </code>
/// With weights w_n of the images (<see cref="ClassBalance"/>), which multiply their squared errors, λ I becomes λ
/// diag(1 / w). Over a linear kernel this is ridge regression, over exp(−β (1 − x · y)) the kernel ridge of ProKeR
/// (arXiv 2501.11175) without its zero-shot residual, which the stacking adds.
/// </summary>
/// <param name="Coefficients">A [N, C].</param>
/// <param name="LeaveOneOut">[N, C]: each image's logits by a fit on all others.</param>
internal sealed record Ridge(Tensor Coefficients, Tensor LeaveOneOut)
{
    /// <summary>
    /// More support images than this make the inverse of the kernel matrix too large: RTOS+ then leaves its kernel
    /// member out, and ProKeR solves for the coefficients alone.
    /// </summary>
    internal const int MaxKernelImages = 5000;

    /// <summary>Fits on a kernel matrix.</summary>
    /// <param name="kernel">K [N, N].</param>
    /// <param name="targets">Y [N, C].</param>
    /// <param name="strength">λ, above 0.</param>
    /// <param name="weights">w [N] F32; null for 1.</param>
    internal static Ridge OnKernel(Tensor kernel, Tensor targets, double strength, Tensor? weights = null)
    {
        using var shifted = kernel.clone();
        using var factor = Factor(shifted, strength, weights);
        var inverse = cholesky_inverse(factor); // [N, N]
        return Create(targets, inverse.matmul(targets), inverse.diagonal());
    }

    /// <summary>A alone, with no more than the kernel and one copy of it in memory at a time.</summary>
    /// <param name="kernel">K [N, N]; freed.</param>
    /// <param name="targets">Y [N, C].</param>
    /// <param name="strength">λ, above 0.</param>
    /// <param name="weights">w [N] F32; null for 1.</param>
    internal static Tensor CoefficientsInPlace(Tensor kernel, Tensor targets, double strength, Tensor? weights = null)
    {
        using var factor = Factor(kernel, strength, weights);
        kernel.Dispose();
        return cholesky_solve(targets, factor);
    }

    /// <summary>
    /// The same on the linear kernel of centred features, at the cost of their width rather than of their number.
    /// </summary>
    /// <param name="features">Z [N, d].</param>
    /// <param name="targets">Y [N, C].</param>
    /// <param name="strength">λ as a fraction of the mean squared norm of the features, above 0.</param>
    /// <param name="weights">w [N] F32; null for 1.</param>
    internal static Ridge OnFeatures(Tensor features, Tensor targets, double strength, Tensor? weights = null)
    {
        var lambda = strength * Math.Max(1e-9, features.Square().sum(1).mean().item<float>());
        var scales = weights?.unsqueeze(1); // [N, 1]
        var weighted = scales is null ? features : features * scales;
        var inverse = linalg.inv(weighted.t().matmul(features).Add(eye(features.shape[1], device: features.device).Mul(lambda))); // [d, d]
        var hat = features.matmul(inverse); // [N, d]
        var coefficients = (targets - hat.matmul(weighted.t().matmul(targets))).Div(lambda);
        var diagonal = (hat * weighted).sum(1).SubFrom(1).Div(lambda);
        return scales is null ? Create(targets, coefficients, diagonal) : Create(targets, coefficients * scales, diagonal * weights!);
    }

    /// <summary>L of L Lᵀ = K + λ diag(1 / w), which K becomes: [N, N].</summary>
    private static Tensor Factor(Tensor kernel, double strength, Tensor? weights)
    {
        using var diagonal = kernel.diagonal();
        if (weights is null)
            diagonal.Add_(strength);
        else
            diagonal.Add_(weights.to(kernel.dtype).reciprocal(), strength);
        return linalg.cholesky(kernel);
    }

    private static Ridge Create(Tensor targets, Tensor coefficients, Tensor diagonal) =>
        new(coefficients, targets - coefficients / diagonal.unsqueeze(1));
}
