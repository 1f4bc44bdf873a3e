using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Nearest class mean: Y. Wang et al., "SimpleShot: Revisiting Nearest-Neighbor Classification for Few-Shot
/// Learning", 2019, arXiv 1911.04623.
/// <code>
///     μ_c = unit(mean over the class's support images and their views of f)     [C, D]
///     logits = s · f μᵀ                                                         [B, C]
/// </code>
/// Does not use the class names. Differences from the paper: features are made unit length but not centred (its L2N;
/// centring wants a base set that CLIP does not have), the means are made unit length too and compared by cosine
/// instead of by distance, and the cosine is multiplied by CLIP's logit scale s, so that logits of all methods are of
/// one kind. Where classes are uneven, a mean is divided by the unbiased estimate of the true mean's norm instead of
/// its own, which noise lengthens the more the fewer images there are. Inductive.
/// </summary>
/// <param name="options">Whether uneven classes are balanced.</param>
public sealed class NearestClassMean(NoOptions? options = null) : FewShotMethod(CatalogName, options ?? new NoOptions())
{
    internal const string CatalogName = "nearest-class-mean";

    private const double MinShare = 0.1; // of the squared norm: the variance is an estimate too

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var images = task.Support.Features.mean([0]);                                    // [N, D]
        var sums = zeros(task.Classes.Count, task.FeatureWidth, device: task.Device).IndexAdd_(0, task.Support.Labels, images);
        var shots = tensor(task.CountShots().ToArray(), dtype: ScalarType.Float32, device: task.Device).unsqueeze(1);
        var means = sums / shots;                                                               // [C, D]
        return LinearClassifier.FromWeight(task.ClassWeights is null ? means.Unit() : means / UnbiasedNorms(task, images, means, shots));
    }

    /// <summary>
    /// ‖μ_c‖ [C, 1] of the true means: E‖mean‖² exceeds it by the variance within classes over the shots.
    /// </summary>
    private static Tensor UnbiasedNorms(FewShotTask task, Tensor images, Tensor means, Tensor shots)
    {
        var variance = (images - means.index_select(0, task.Support.Labels)).Square().sum().Div(task.Support.Count - task.Classes.Count);
        var squares = means.Square().sum(1, keepdim: true);
        return (squares - variance / shots).maximum(squares.Mul(MinShare)).sqrt();
    }

    /// <inheritdoc/>
    public override bool Continues => true;

    /// <inheritdoc/>
    protected override Fitted ContinueCore(ClassifierState learned, FewShotTask task, FitRun run) =>
        LinearClassifier.Append(learned, FitCore(task, run));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
}
