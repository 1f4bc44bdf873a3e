using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The key-value cache of Tip-Adapter and APE: the contributions of keys to the logits of their classes, and α, the
/// weight of the cache against zero-shot.
/// </summary>
internal static class KeyValueCache
{
    /// <summary>The initial α: that of the published searches of Tip-Adapter and APE.</summary>
    internal const double InitialAlpha = 1;

    private const int MaxRows = 5000; // of images that α, β and γ are chosen on

    private const double PriorImages = 8; // weight of the prior, in images, as in RTOS+
    private const double MaxAlpha = 1000;

    /// <summary>Sums contributions over the keys of each class: [B, N] → [B, C], without the one-hot matrix.</summary>
    internal static Tensor ByClass(Tensor contributions, Tensor labels, long classes) =>
        zeros(contributions.shape[0], classes, device: contributions.device)
            .scatter_add(1, labels.expand(contributions.shape), contributions);

    /// <summary>Contributions by class, 0 but for the class of the key: [B, N] → [B, C, N].</summary>
    internal static Tensor ByKey(Tensor contributions, Tensor labels, long classes) =>
        zeros(contributions.shape[0], classes, contributions.shape[1], device: contributions.device)
            .scatter(1, labels.expand(contributions.shape).unsqueeze(1), contributions.unsqueeze(1));

    /// <summary>
    /// Leaves each support image out of a cache that it is a key of. What the other keys of its class say is raised to
    /// as many keys as the class has, so that no class is short of one.
    /// </summary>
    /// <param name="cache">The logits of some support images by all keys: [R, C].</param>
    /// <param name="own">What each image says of itself as a key: [R].</param>
    /// <param name="labels">[R] int64.</param>
    /// <param name="shots">Images of each class, [C]; two or more of those among the labels.</param>
    internal static Tensor LeaveOneOut(Tensor cache, Tensor own, Tensor labels, Tensor shots)
    {
        var (column, count) = (labels.unsqueeze(1), shots.index_select(0, labels).unsqueeze(1)); // [R, 1]
        return cache.scatter(1, column, (cache.gather(1, column) - own.unsqueeze(1)) * count / count.Sub(1));
    }

    /// <summary>
    /// The support images of classes with two or more, which can be left out one by one: [R] int64, R at most 5,000 at
    /// equal distances; empty where there are none.
    /// </summary>
    internal static Tensor RowsToLeaveOut(FewShotTask task)
    {
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        var every = (rows.shape[0] + MaxRows - 1) / MaxRows;
        return every < 2 ? rows : rows.index_select(0, TensorFactory.Arange(rows.shape[0] / every, task.Device).Mul(every));
    }

    /// <summary>
    /// α by stacking on images that the cache does not hold (<see cref="Stacking"/>), and the cross entropy at it; 0,
    /// which is zero-shot, where the cache does not help.
    /// </summary>
    /// <param name="zeroShot">[H, C].</param>
    /// <param name="cache">[H, C].</param>
    /// <param name="labels">[H] int64.</param>
    /// <param name="weights">[H], how much each image counts; null for all alike.</param>
    /// <param name="alpha">A given α; <see langword="null"/> to choose it.</param>
    internal static (double Alpha, double Loss) ChooseAlpha(
        Tensor zeroShot, Tensor cache, Tensor labels, Tensor? weights = null, double? alpha = null)
    {
        if (alpha is { } given)
            return (given, Loss([1, given]));
        var stacked = Stacking.Weights([zeroShot, cache], labels, [1, InitialAlpha], PriorImages, weights);
        return (Math.Min(MaxAlpha, stacked[1] / Math.Max(stacked[0], 1e-3)), Loss(stacked));

        double Loss(double[] members) =>
            ClassBalance.WeightedCrossEntropy(Stacking.Sum([zeroShot, cache], members), labels, weights).item<float>();
    }
}
