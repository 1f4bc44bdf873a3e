using Kedge.Experiments;

namespace Kedge.Tests.Experiments;

public class PairedBootstrapTests
{
    /// <summary>Sums of a few whole numbers times 100 / (draws · images), in double arithmetic.</summary>
    private const double Tolerance = 1e-9;

    /// <summary>
    /// Standard deviations that a share among resamples may be from its exact value: passed by chance
    /// once in two million times.
    /// </summary>
    private const double Deviations = 5;

    private static readonly bool[][] First = [Bits("111011101101"), Bits("110111111011")],
        Second = [Bits("101011001101"), Bits("011110110101")];

    [Fact]
    public void Interval_and_p_are_those_of_all_resamples_there_are()
    {
        var found = PairedBootstrap.Compare(First, Second);
        var (exact, points) = (Exact(First, Second), 100.0 / (2 * 12));
        Assert.Equal(100.0 * (First.Sum(Right) - Second.Sum(Right)) / 24, found.Mean, Tolerance);
        double Below(double sum) => exact.Where(one => one.Key < sum - Tolerance).Sum(one => one.Value);
        var (upTo0, from0) = (Below(0) + exact[0], 1 - Below(0));
        Assert.Equal(2 * Math.Min(upTo0, from0), found.P, 2 * Deviation(Math.Min(upTo0, from0)));
        foreach (var (end, share) in (ReadOnlySpan<(double, double)>)[(found.Low / points, 0.025), (found.High / points, 0.975)])
        {
            Assert.True(Below(end) <= share + Deviation(share), $"{Below(end)} of all resamples are below {end}, an end of the interval.");
            Assert.True(Below(end + 1) >= share - Deviation(share),
                $"{Below(end + 1)} of all resamples are up to {end}, an end of the interval.");
        }
    }

    [Fact]
    public void The_same_method_twice_has_no_difference() =>
        Assert.Equal(new PairedDifference(0, 0, 0, 1), PairedBootstrap.Compare(First, First));

    [Fact]
    public void Swapped_methods_have_the_opposite_difference()
    {
        var (there, back) = (PairedBootstrap.Compare(First, Second), PairedBootstrap.Compare(Second, First));
        Assert.Equal((-there.Mean, -there.High, -there.Low, there.P), (back.Mean, back.Low, back.High, back.P));
    }

    [Fact]
    public void Better_on_every_image_is_better_for_certain()
    {
        bool[] all = [.. Enumerable.Repeat(true, 20)], none = new bool[20];
        var found = PairedBootstrap.Compare([all], [none]);
        Assert.Equal((100, 100, 100), (found.Mean, found.Low, found.High));
        Assert.Equal(2.0 / 10_001, found.P, Tolerance);
        bool[] most = [.. all.Select((_, i) => i > 0)];
        Assert.True(PairedBootstrap.Compare([most], [none]).Low > 0);
    }

    [Fact]
    public void The_seed_decides_the_resamples_and_pairs_do_not_change_each_other()
    {
        Assert.Equal(PairedBootstrap.Compare(First, Second, seed: 3), PairedBootstrap.Compare(First, Second, seed: 3));
        Assert.NotEqual(PairedBootstrap.Compare(First, Second, resamples: 9, seed: 3),
            PairedBootstrap.Compare(First, Second, resamples: 9, seed: 4));
        var many = PairedBootstrap.Compare([.. Enumerable.Range(0, 11).Select(p => p == 10
            ? (First, Second)
            : ((IReadOnlyList<IReadOnlyList<bool>>)Second, (IReadOnlyList<IReadOnlyList<bool>>)First))], 100, 3);
        Assert.Equal(PairedBootstrap.Compare(First, Second, 100, 3), many[10]);
    }

    [Fact]
    public void Draws_and_images_must_be_the_same()
    {
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([], []));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([[]], [[]]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare(First, [Second[0]]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([First[0]], [[true]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => PairedBootstrap.Compare(First, Second, resamples: 0));
    }

    private static double Deviation(double share) => Deviations * Math.Sqrt(share * (1 - share) / PairedBootstrap.DefaultResamples);

    /// <summary>
    /// Over every resample that can be drawn, the probability of each sum of differences: one image after another.
    /// </summary>
    private static SortedDictionary<int, double> Exact(bool[][] first, bool[][] second)
    {
        var images = first[0].Length;
        int[] each = [.. Enumerable.Range(0, images).Select(i => first.Count(right => right[i]) - second.Count(right => right[i]))];
        SortedDictionary<int, double> sums = new() { [0] = 1 };
        for (var drawn = 0; drawn < images; drawn++)
        {
            SortedDictionary<int, double> next = [];
            foreach (var (sum, probability) in sums)
            {
                foreach (var one in each)
                    next[sum + one] = next.GetValueOrDefault(sum + one) + (probability / images);
            }
            sums = next;
        }
        return sums;
    }

    private static bool[] Bits(string text) => [.. text.Select(letter => letter == '1')];

    private static int Right(bool[] right) => right.Count(one => one);
}
