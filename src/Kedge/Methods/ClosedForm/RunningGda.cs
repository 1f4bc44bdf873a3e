using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The Gaussian discriminant of <see cref="Gda"/> by running sums, for classes that arrive over time; without the class
/// names.
/// <code>
///     Σ⁻¹ := inv(Σ + tr(Σ) / (N − 1) · I)          [D, D]   Σ pooled over all classes so far
///     logit_c = x Σ⁻¹ μ_c − ½ μ_c Σ⁻¹ μ_c           x and μ centred on the mean of all images so far
/// </code>
/// Where every class has one image alone, Σ is 0 and classes are compared by distance. All images count alike
/// in Σ. Inductive.
/// </summary>
/// <param name="options">None.</param>
internal sealed class RunningGda(NoOptions? options = null) : RunningMethod(CatalogName, options ?? new NoOptions())
{
    internal const string CatalogName = "running-gda";

    private protected override Fitted Solve(RunningStatistics sums, float logitScale)
    {
        var freedom = Math.Max(1, sums.Count - 1);
        var covariance = sums.WithinScatter.Div(freedom);
        var shrinkage = covariance.trace().Div(freedom).ClampMin(1e-6);
        var precision = linalg.inv(covariance.Add(eye(covariance.shape[0], device: covariance.device) * shrinkage));
        var means = sums.Means - sums.Mean;
        var weight = means.matmul(precision); // [C, D]
        return sums.Fitted(weight.Div(logitScale), (weight * means).sum(1).Mul(-0.5) - weight.matmul(sums.Mean));
    }
}
