using System.Text.Json;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Gda"/>.</summary>
public sealed record GdaOptions : MethodOptions
{
    /// <summary>
    /// α, the weight of the discriminant against zero-shot, 0 to 1000. Default none: where the task brings a validation
    /// set, of 1e-4 to 100 on that, as published; else chosen on left-out support images.
    /// </summary>
    public double? Alpha { get; init; }

    /// <inheritdoc/>
    protected internal override void Check() => Require(Alpha ?? 0, 0, 1000, nameof(Alpha));
}

/// <summary>
/// GDA: Z. Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation", ICLR 2024, arXiv 2402.04087.
/// <code>
///  Σ⁻¹ := D · inv((N − 1) Σ + tr(Σ) · I)  the pooled covariance, shrunk (<see cref="GaussianDiscriminant"/>)    [D, D]
///  w_c = Σ⁻¹ μ_c,  b_c = −½ μ_cᵀ Σ⁻¹ μ_c  μ_c the class means
///  logits = s · f Tᵀ + α (f wᵀ + b)                                                                             [B, C]
/// </code>
/// Nothing is learned by steps. Differences from the published code: α is chosen on the support images of classes with
/// two or more, each evaluated by a fit on the other three folds, by stacking (<see cref="Stacking"/>), unless the task
/// brings a validation set, on which it is searched as there; f and μ are centred on the mean of the support images,
/// and −log C is left out, which both shift all logits of an image alike. With one shot a class Σ is that of all
/// images, and α is small and fixed: the discriminant then has a quarter of zero-shot's standard deviation over the
/// classes. α = 0 is zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">α.</param>
public sealed class Gda(GdaOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "gda";

    /// <summary>
    /// The standard deviation of the discriminant as a ratio to zero-shot's: used where nothing can be left out, and
    /// the prior of the stacking. Below RTOS+'s prior, as class names hold more information than one image.
    /// </summary>
    private const double PriorShare = 0.25;

    private const double PriorImages = 8; // weight of the prior, in images, as in RTOS+
    private const double MaxAlpha = 100; // the published grid's end, where zero-shot has no influence
    private static readonly double[] Alphas = ValidationSearch.Powers(-4, 2, 13); // the published range

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var support = task.Support.MeanOverViews(); // [N, D]
        var mean = support.mean([0]);
        var images = support - mean;
        var fitted = GaussianDiscriminant.Fit(images, task.Support.Labels, task.Classes.Count);
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        var (w, set) = (fitted.Means.matmul(fitted.Precision), options.Alpha is null ? task.Validation : null); // [C, D]
        var alpha = options.Alpha ?? (set is null
            ? FitAlpha(task, support, GaussianDiscriminant.OutOfFoldLogits(images, task.Support.Labels, task.Classes.Count), rows)
            : Choose(task, set, fitted, mean, run));
        return new Fitted(
            LinearClassifier.Tensors(task.Classes.Features.Add(w.Mul(alpha / task.Classes.LogitScale)),
                (fitted.Bias - w.matmul(mean)).Mul(alpha)),
            set is not null ? ValidationSearch.Selection(set)
                : options.Alpha is null && rows.shape[0] > 0 ? Fitted.SupportSet
                : Fitted.NothingSelected,
            JsonSerializer.SerializeToElement(new { alpha }));
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);

    private static double Choose(FewShotTask task, LabelledFeatures set, GaussianDiscriminant fitted, Tensor mean, FitRun run)
    {
        var zeroShot = ZeroShot.Logits(set.Images.Image, task.Classes.Features, task.Classes.LogitScale);
        var discriminant = fitted.Logits(set.Images.Image - mean); // [H, C]
        return ValidationSearch.Best(set, run, Alphas, alpha => zeroShot.Add(discriminant.Mul(alpha)));
    }

    /// <summary>
    /// α: the discriminant's stacked weight for each of zero-shot's, both standardised by their own deviation.
    /// </summary>
    private static double FitAlpha(FewShotTask task, Tensor support, Tensor outOfFold, Tensor rows)
    {
        var zeroShot = ZeroShot.Logits(support, task.Classes.Features, task.Classes.LogitScale); // [N, C]
        var (names, images) = (Stacking.Deviation(zeroShot, task.Support.Labels), Stacking.Deviation(outOfFold, task.Support.Labels));
        if (rows.shape[0] == 0)
            return PriorShare * names / images;
        var weights = Stacking.Weights([zeroShot.index_select(0, rows).Div(names), outOfFold.index_select(0, rows).Div(images)],
            task.Support.Labels.index_select(0, rows), [names, PriorShare * names], PriorImages);
        return weights[1] == 0 ? 0 : Math.Min(MaxAlpha, weights[1] / images / Math.Max(weights[0] / names, 1e-9));
    }
}
