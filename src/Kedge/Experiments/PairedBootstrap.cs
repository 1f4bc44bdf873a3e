using System.Numerics;
using System.Runtime.InteropServices;
using Kedge.Runtime;

namespace Kedge.Experiments;

/// <summary>The difference in accuracy of two methods on the same images, with its confidence interval.</summary>
/// <param name="Mean">The difference of the accuracies, in points (100 × share).</param>
/// <param name="Low">The lower end of its 95 % confidence interval, in points.</param>
/// <param name="High">The upper end, in points.</param>
/// <param name="P">Two-sided p value of the null hypothesis of no difference, above 0, at most 1.</param>
internal readonly record struct PairedDifference(double Mean, double Low, double High, double P);

/// <summary>
/// The paired bootstrap (Efron and Tibshirani 1993, "An introduction to the bootstrap"; for two classifiers: Koehn
/// 2004, ACL W04-3250): test images are drawn with replacement, as many as there are and the same for both methods and
/// for all draws of the support set, so that the common difficulty of images cancels out. The interval is from the
/// 2.5th to the 97.5th percentile; p is twice the smaller share of resamples on either side of 0, counted with the
/// observed difference (Davison and Hinkley 1997, "Bootstrap methods and their application", chapter 4). Both account
/// for the sampling of test images; not for that of support images.
/// </summary>
internal static class PairedBootstrap
{
    /// <summary>The default number of resamples: percentiles of two digits.</summary>
    public const int DefaultResamples = 10_000;

    private const double Tail = 0.025;

    /// <summary>Compares two methods.</summary>
    /// <param name="first">For each draw of the support set, which of the Q images the first method
    /// classified correctly.</param>
    /// <param name="second">The same of the second method, for the same draws in the same order.</param>
    /// <param name="resamples">The number of resamples, at least 1.</param>
    /// <param name="seed">The seed of the resamples.</param>
    /// <returns>First minus second.</returns>
    /// <exception cref="ArgumentException">There is no draw or no image, or the two have not the same
    /// number of both.</exception>
    public static PairedDifference Compare(
        IReadOnlyList<IReadOnlyList<bool>> first, IReadOnlyList<IReadOnlyList<bool>> second,
        int resamples = DefaultResamples, int seed = 0) =>
        Compare([(first, second)], resamples, seed)[0];

    /// <summary>
    /// Compares several pairs on the same resamples: all pairs have the same Q images, draws
    /// may be of different number.
    /// </summary>
    internal static IReadOnlyList<PairedDifference> Compare(
        IReadOnlyList<(IReadOnlyList<IReadOnlyList<bool>> First, IReadOnlyList<IReadOnlyList<bool>> Second)> pairs, int resamples, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 1);
        var images = pairs.Count > 0 && pairs[0].First.Count > 0 ? pairs[0].First[0].Count : 0;
        if (images == 0 || pairs.Any(pair => pair.First.Count == 0
            || pair.First.Count != pair.Second.Count || pair.First.Concat(pair.Second).Any(right => right.Count != images)))
            throw new ArgumentException(
                "A paired bootstrap needs both methods on the same draws, at least one, of the same images, at least one.", nameof(pairs));
        var columns = (pairs.Count + Vector<int>.Count - 1) / Vector<int>.Count;
        // per image and pair: draws that only the first classified correctly − those that only the second did
        var table = new int[images * columns * Vector<int>.Count];
        foreach (var (p, (first, second)) in pairs.Index())
        {
            foreach (var (i, image) in Enumerable.Range(0, images).Select(i => (i, (i * columns * Vector<int>.Count) + p)))
                table[image] = first.Count(right => right[i]) - second.Count(right => right[i]);
        }
        var sums = Resample(table, images, columns, resamples, new SplitMix64(seed, stream: 0));
        return [.. pairs.Select((pair, p) =>
            Summarise(Column(table, p, columns).Sum(), [.. Column(sums, p, columns).Order()], 100.0 / pair.First.Count / images))];
    }

    private static int[] Resample(int[] table, int images, int columns, int resamples, SplitMix64 random)
    {
        var sums = new int[resamples * columns * Vector<int>.Count];
        ReadOnlySpan<Vector<int>> rows = MemoryMarshal.Cast<int, Vector<int>>(table);
        for (var r = 0; r < resamples; r++)
        {
            var sum = MemoryMarshal.Cast<int, Vector<int>>(sums.AsSpan()).Slice(r * columns, columns);
            for (var i = 0; i < images; i++)
            {
                var row = rows.Slice(random.Below(images) * columns, columns);
                for (var c = 0; c < columns; c++)
                    sum[c] += row[c];
            }
        }
        return sums;
    }

    private static IEnumerable<int> Column(int[] table, int pair, int columns)
    {
        for (var i = pair; i < table.Length; i += columns * Vector<int>.Count)
            yield return table[i];
    }

    /// <param name="observed">The sum of all images' differences.</param>
    /// <param name="sums">The same of each resample, in order.</param>
    /// <param name="points">What one of the sum is in points of accuracy.</param>
    private static PairedDifference Summarise(int observed, int[] sums, double points)
    {
        var skipped = (int)(Tail * (sums.Length - 1)); // rounded outwards
        var (below, above) = (sums.Count(sum => sum <= 0), sums.Count(sum => sum >= 0));
        var p = Math.Min(1, 2 * (1.0 + Math.Min(below, above)) / (1 + sums.Length));
        return new(observed * points, sums[skipped] * points, sums[^(skipped + 1)] * points, p);
    }
}
