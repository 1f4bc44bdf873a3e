using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Logit adjustment after a fit (A. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, arXiv
/// 2007.07314), for uneven classes, with τ chosen by stacking on images that were left out of a fit:
/// <code>
///     logits_c := logits_c − τ (log n_c − mean over classes of log n_c)       τ ≥ 0
/// </code>
/// </summary>
internal static class ClassBias
{
    private const double PriorImages = 8; // weight of τ = 0, in images

    /// <summary>mean log n − log n_c: [C]; null where classes are even or not to be balanced.</summary>
    internal static Tensor? Direction(FewShotTask task) =>
        ClassBalance.LogPrior(task) is { } prior ? prior.mean() - prior : null;

    /// <summary>
    /// What to add to logits [C], by those of the images of classes with two or more; null where nothing is.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="leftOut">Gives logits [N, C] of each support image by a fit without it.</param>
    internal static Tensor? Fit(FewShotTask task, Func<Tensor> leftOut)
    {
        if (Direction(task) is null)
            return null;
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        return Fit(task, leftOut().to(ScalarType.Float32).index_select(0, rows), task.Support.Labels.index_select(0, rows));
    }

    /// <summary>What to add to logits: [C]; null where nothing is.</summary>
    /// <param name="task">The task.</param>
    /// <param name="logits">[Q, C] F32 of images that were left out.</param>
    /// <param name="labels">[Q] int64.</param>
    internal static Tensor? Fit(FewShotTask task, Tensor logits, Tensor labels)
    {
        if (Direction(task) is not { } direction || labels.shape[0] == 0)
            return null;
        var weights = Stacking.Weights([logits, direction.expand_as(logits)], labels, [1, 0], PriorImages,
            ClassBalance.Weights(task, labels));
        return direction.Mul(weights[1] / Math.Max(weights[0], 1e-3));
    }
}
