using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Options of <see cref="RunningRidge"/>.</summary>
internal sealed record RunningRidgeOptions : MethodOptions
{
    /// <summary>
    /// λ, the penalty as a ratio to the mean variance of the features over all images, 1e-6 to 1e6. Default 0.1, chosen
    /// here.
    /// </summary>
    public double Lambda { get; init; } = 0.1;

    /// <inheritdoc/>
    protected internal override void Check() => Require(Lambda, 1e-6, 1e6);
}

/// <summary>
/// Ridge regression to the classes by running sums, which is recursive least squares solved at each task, for classes
/// that arrive over time; without the class names.
/// <code>
///     w_c = inv(S + λ tr(S) / D · I) (Σ of class c − n_c m)      [C, D]   S the scatter of all images so far
///     logit_c = s (x w_c + n_c / N − m w_c)                               about their mean m
/// </code>
/// All images count alike. Inductive.
/// </summary>
/// <param name="options">λ.</param>
internal sealed class RunningRidge(RunningRidgeOptions options) : RunningMethod(CatalogName, options)
{
    internal const string CatalogName = "running-ridge";

    private protected override Fitted Solve(RunningStatistics sums, float logitScale)
    {
        var (scatter, mean, width) = (sums.TotalScatter, sums.Mean, sums.Mean.shape[0]);
        var penalty = scatter.trace().Mul(options.Lambda / width).ClampMin(1e-6);
        var targets = sums.Sums - sums.Counts.unsqueeze(1) * mean; // [C, D]
        var weight = linalg.solve(scatter.Add(eye(width, device: scatter.device) * penalty), targets.t()).t(); // [C, D]
        var shares = sums.Counts.to(ScalarType.Float32).Div(sums.Count);
        return sums.Fitted(weight, (shares - weight.matmul(mean)).Mul(logitScale));
    }
}
