using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Four-fold cross-validation on the support images: an image's fold is its index within its class, modulo 4. The order
/// must not depend on the caller's.
/// </summary>
internal static class ShotFolds
{
    private const int Folds = 4;

    /// <summary>
    /// Rows to fit on and rows left out, for as many folds as the largest class has images
    /// for; none where each has one.
    /// </summary>
    /// <param name="labels">[N] int64.</param>
    /// <param name="classes">C.</param>
    internal static IEnumerable<(Tensor Train, Tensor Left)> Split(Tensor labels, int classes)
    {
        var seen = new int[classes];
        var folds = labels.cpu().data<long>().Select(label => seen[label]++ % Folds).ToArray();
        var count = seen.Max() == 1 ? 0 : Math.Min(Folds, seen.Max());
        return Enumerable.Range(0, count).Select(fold => (Rows(f => f != fold), Rows(f => f == fold)));

        Tensor Rows(Func<int, bool> which) =>
            tensor(folds.Index().Where(f => which(f.Item)).Select(f => (long)f.Index).ToArray(), device: labels.device);
    }

    /// <summary>
    /// As <see cref="Split"/>, for any method: an image that is alone in its class is fitted on in every fold and never
    /// left out, so that no fit lacks a class.
    /// </summary>
    /// <param name="labels">[N] int64.</param>
    /// <param name="classes">C.</param>
    internal static IEnumerable<(Tensor Train, Tensor Left)> Refits(Tensor labels, int classes)
    {
        var all = labels.cpu().data<long>().ToArray();
        var alone = all.CountBy(label => label).Where(found => found.Value == 1).Select(found => found.Key).ToHashSet();
        foreach (var (train, left) in Split(labels, classes))
        {
            var kept = left.cpu().data<long>().Where(row => alone.Contains(all[row])).ToArray();
            yield return kept.Length == 0 ? (train, left) : (
                cat([train, tensor(kept, device: labels.device)]).sort().Values,
                tensor(left.cpu().data<long>().Except(kept).ToArray(), device: labels.device));
        }
    }
}
