using Kedge.FewShot;
using Kedge.FewShot.Selection;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Quickstart;

/// <summary>Options of <see cref="NamesAndMeans"/>.</summary>
public sealed record NamesAndMeansOptions : MethodOptions
{
    /// <summary>α, 0 to 1000. Default none: chosen on held-out shots, or 1 where there are none.</summary>
    public double? Alpha { get; init; }

    /// <inheritdoc/>
    protected override void Check() => Require(Alpha ?? 0, 0, 1000, nameof(Alpha));
}

/// <summary>
/// Class names and class means: a method written outside the package.
/// <code>
///     M_c = unit(sum of the support features of class c)      [C, D]
///     logits = s · f (T + α M)ᵀ                               [B, C]
/// </code>
/// α = 0 is zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">α.</param>
public sealed class NamesAndMeans(NamesAndMeansOptions options) : FewShotMethod("names-and-means", options)
{
    private const double PriorImages = 8; // how many held-out images α = 1 is worth

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var held = options.Alpha is null ? HeldOutShots.HoldOut(task) : null;
        var alpha = held is null ? options.Alpha ?? 1 : Choose(task, held);
        var fitted = LinearClassifier.FromWeight(Stacking.Sum([task.Classes.Features, Means(task)], [1, alpha]));
        return held is null ? fitted : fitted with { Selection = Fitted.SupportSet };
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);

    private static double Choose(FewShotTask task, HeldOutShots held)
    {
        var images = task.Support.MeanOverViews().index_select(0, held.Held); // [H, D]
        var names = ZeroShot.Logits(images, task.Classes.Features, task.Classes.LogitScale); // [H, C]
        var means = ZeroShot.Logits(images, Means(held.Rest(task)), task.Classes.LogitScale); // of images that were not held out
        var weights = Stacking.Weights([names, means], held.Labels, prior: [1, 1], PriorImages);
        return weights[1] / Math.Max(weights[0], 1e-3);
    }

    private static Tensor Means(FewShotTask task)
    {
        var membership = F.one_hot(task.Support.Labels, task.Classes.Count).to(ScalarType.Float32); // [N, C]
        return F.normalize(membership.t().matmul(task.Support.MeanOverViews()), dim: 1);
    }
}
