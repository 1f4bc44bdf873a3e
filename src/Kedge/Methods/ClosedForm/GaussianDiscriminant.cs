using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>
/// The closed-form discriminant of Z. Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation",
/// 2024, arXiv 2402.04087: classes are normal distributions of one covariance, of which the inverse is shrunk.
/// <code>
///     Σ⁻¹ := D · inv((N − 1) Σ + tr(Σ) · I)                 [D, D]   Σ pooled over the classes
///     logit_c = x Σ⁻¹ μ_c − ½ μ_c Σ⁻¹ μ_c                   x and the class means μ centred on the mean of all images
/// </code>
/// Where classes are uneven, b_c is free of the bias that the means of few images bring: E[μ Σ⁻¹ μ] exceeds that of the
/// true mean by tr(Σ⁻¹ S) / N_c, S the unbiased covariance, which lowers the logits of rare classes most.
/// Centring subtracts the same number from every class, and keeps the contributions of support images small enough to
/// read. Where every class has one image only, Σ is that of all images.
/// </summary>
/// <param name="Precision">Σ⁻¹ [D, D].</param>
/// <param name="Means">μ [C, D].</param>
internal sealed record GaussianDiscriminant(Tensor Precision, Tensor Means)
{
    /// <summary>tr(Σ⁻¹ S) / N_c [C], where classes are uneven and to be balanced; else null.</summary>
    internal Tensor? Excess { get; init; }

    /// <summary>b_c = −½ μ_c Σ⁻¹ μ_c: [C].</summary>
    internal Tensor Bias
    {
        get
        {
            var squares = (Means.matmul(Precision) * Means).sum(1);
            return (Excess is null ? squares : squares - Excess).Mul(-0.5);
        }
    }

    /// <summary>Fits on centred features, on each view of each image.</summary>
    /// <param name="views">[V, N, D].</param>
    /// <param name="labels">[N] int64.</param>
    /// <param name="classes">C; a class without images has the mean 0.</param>
    /// <param name="balanced">Whether the bias of the means is taken off.</param>
    internal static GaussianDiscriminant Fit(Tensor views, Tensor labels, int classes, bool balanced = false)
    {
        var images = views.flatten(0, 1); // [V · N, D]
        labels = labels.repeat(views.shape[0]);
        var (count, width) = (images.shape[0], images.shape[1]);
        var membership = F.one_hot(labels, classes).to(ScalarType.Float32); // [N, C]
        var shots = membership.sum(dim: 0); // [C]
        var means = membership.t().matmul(images) / shots.ClampMin(1).unsqueeze(1); // [C, D]
        var within = images - (shots.max().item<float>() > 1 ? means.index_select(0, labels) : images.mean([0]));
        var scatter = within.t().matmul(within); // (N − 1) Σ
        var shrinkage = scatter.trace().Div(Math.Max(1, count - 1));
        var regular = scatter.Add(eye(width, device: images.device) * shrinkage.ClampMin(1e-6));
        var precision = linalg.inv(regular).Mul(width);
        var freedom = count - shots.Gt(0).sum().item<long>();
        return new GaussianDiscriminant(precision, means)
        {
            Excess = balanced && freedom > 0 ? shots.ClampMin(1).reciprocal() * (precision * scatter).sum().Div(freedom) : null,
        };
    }

    /// <summary>
    /// Cross-validated logits, each image's by a fit on the other folds: [N, C]. For a class with one image they carry
    /// no information; where all have one, they are of the fit on all.
    /// </summary>
    /// <param name="views">
    /// [V, N, D], what is fitted on, in an order that does not depend on the caller's: an image's fold is its index
    /// within its class.
    /// </param>
    /// <param name="images">[N, D], what the logits are of.</param>
    /// <param name="labels">[N] int64.</param>
    /// <param name="classes">C.</param>
    /// <param name="balanced">As of <see cref="Fit"/>.</param>
    internal static Tensor OutOfFoldLogits(Tensor views, Tensor images, Tensor labels, int classes, bool balanced = false)
    {
        var folds = ShotFolds.Split(labels, classes).ToArray();
        if (folds.Length == 0)
            return Fit(views, labels, classes, balanced).Logits(images);
        var logits = zeros(images.shape[0], classes, device: images.device);
        foreach (var (train, left) in folds)
        {
            using var scope = NewDisposeScope();
            var fitted = Fit(views.index_select(1, train), labels.index_select(0, train), classes, balanced);
            logits.index_copy_(0, left, fitted.Logits(images.index_select(0, left)));
        }
        return logits;
    }

    /// <summary>[B, D], centred likewise → [B, C].</summary>
    internal Tensor Logits(Tensor images) => images.matmul(Means.matmul(Precision).t()).Add(Bias);
}
