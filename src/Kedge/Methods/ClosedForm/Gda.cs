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

    /// <summary>
    /// The standard deviation of the discriminant as a ratio to zero-shot's that the choice of α starts from, and takes
    /// at one shot, 0 to 10. Default none: 0.25 times the 1.5th power of zero-shot's error rate on the support images,
    /// so that it is next to nothing where the names are right.
    /// </summary>
    public double? PriorShare { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Alpha ?? 0, 0, 1000, nameof(Alpha));
        Require(PriorShare ?? 0, 0, 10, nameof(PriorShare));
    }
}

/// <summary>
/// GDA: Z. Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation", ICLR 2024, arXiv 2402.04087.
/// <code>
///  Σ⁻¹ := D · inv((N − 1) Σ + tr(Σ) · I)  the pooled covariance, shrunk (<see cref="GaussianDiscriminant"/>)    [D, D]
///  w_c = Σ⁻¹ μ_c,  b_c = −½ μ_cᵀ Σ⁻¹ μ_c  μ_c the class means
///  logits = s · f Tᵀ + α (f wᵀ + b)                                                                             [B, C]
/// </code>
/// Nothing is learned by steps. As published, every view of an image is a sample of its own. Differences from the
/// published code: α is chosen on the support images of classes with two or more, each evaluated by a fit on the other
/// three folds, by stacking (<see cref="Stacking"/>), unless the task brings a validation set, on which it is searched
/// as there, by half decades where there by whole ones; f and μ are centred on the mean of the support images, and
/// −log C is left out, which both shift all logits of an image alike. With one view of one shot a class the published Σ
/// is 0 and the result zero-shot; here Σ is that of all images then. With one shot α is not chosen: the discriminant
/// has the less of zero-shot's standard deviation over the classes the fewer support images zero-shot gets wrong, and
/// none where it gets all right. α = 0 is zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">α.</param>
public sealed class Gda(GdaOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "gda";

    /// <summary>
    /// The standard deviation of the discriminant as a ratio to zero-shot's, at a zero-shot error rate of 1: used where
    /// nothing can be left out, and the prior of the stacking. Chosen on the shots of Tiny-ImageNet and on validation
    /// images; the exponent is RTOS+'s.
    /// </summary>
    private const double ShareAtNoAccuracy = 0.25, ErrorExponent = 1.5;

    private const double PriorImages = 8; // weight of the prior, in images, as in RTOS+
    private const double MaxAlpha = 100; // the published grid's end, where zero-shot has no influence
    private static readonly double[] Alphas = ValidationSearch.Powers(-4, 2, 13); // the published range

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var support = task.Support.MeanOverViews(); // [N, D]
        var mean = support.mean([0]);
        var views = (task.Support.Views == 1 ? support.unsqueeze(0) : task.Support.Features) - mean; // [V, N, D]
        var (labels, classes, balanced) = (task.Support.Labels, task.Classes.Count, task.ClassWeights is not null);
        var fitted = GaussianDiscriminant.Fit(views, labels, classes, balanced);
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        var (w, set) = (fitted.Means.matmul(fitted.Precision), options.Alpha is null ? task.Validation : null); // [C, D]
        var alpha = options.Alpha ?? (set is null
            ? FitAlpha(task, support, GaussianDiscriminant.OutOfFoldLogits(views, support - mean, labels, classes, balanced), rows)
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
    private double FitAlpha(FewShotTask task, Tensor support, Tensor outOfFold, Tensor rows)
    {
        var zeroShot = ZeroShot.Logits(support, task.Classes.Features, task.Classes.LogitScale); // [N, C]
        var (names, images) = (Stacking.Deviation(zeroShot, task.Support.Labels), Stacking.Deviation(outOfFold, task.Support.Labels));
        var error = 1 - Top1Accuracy.Measure(zeroShot, task.Support.Labels, ClassBalance.Weights(task));
        var share = options.PriorShare ?? ShareAtNoAccuracy * Math.Pow(error, ErrorExponent);
        if (rows.shape[0] == 0)
            return share * names / images;
        var weights = Stacking.Weights([zeroShot.index_select(0, rows).Div(names), outOfFold.index_select(0, rows).Div(images)],
            task.Support.Labels.index_select(0, rows), [names, share * names], PriorImages,
            ClassBalance.Weights(task, task.Support.Labels.index_select(0, rows)));
        return weights[1] == 0 ? 0 : Math.Min(MaxAlpha, weights[1] / images / Math.Max(weights[0] / names, 1e-9));
    }
}
