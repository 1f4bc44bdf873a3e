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
/// one kind. Inductive.
/// </summary>
public sealed class NearestClassMean() : FewShotMethod(CatalogName, new NoOptions())
{
    internal const string CatalogName = "nearest-class-mean";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var images = task.Support.Features.mean([0]);                                    // [N, D]
        var sums = zeros(task.Classes.Count, task.FeatureWidth, device: task.Device).IndexAdd_(0, task.Support.Labels, images);
        var shots = tensor(task.CountShots().ToArray(), dtype: ScalarType.Float32, device: task.Device).unsqueeze(1);
        return LinearClassifier.FromWeight((sums / shots).Unit());                              // [C, D]
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
}
