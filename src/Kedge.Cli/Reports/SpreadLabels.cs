namespace Kedge.Cli.Reports;

/// <summary>Positions of labels in a column, as close as possible to their targets without overlap.</summary>
internal static class SpreadLabels
{
    /// <summary>
    /// Minimises the squared distance to the targets under a minimum gap, by pooling labels that touch (isotonic
    /// regression, pool adjacent violators).
    /// </summary>
    /// <param name="wanted">The target positions, ascending.</param>
    /// <param name="gap">The minimum distance of two labels.</param>
    /// <param name="low">The lower bound.</param>
    /// <param name="high">The upper bound; there must be room for all.</param>
    public static double[] Place(IReadOnlyList<double> wanted, double gap, double low, double high)
    {
        var pools = new List<(double Sum, int Count)>();
        foreach (var (i, place) in wanted.Index())
        {
            var pool = (Sum: place - (i * gap), Count: 1);
            while (pools.Count > 0 && pools[^1].Sum / pools[^1].Count > pool.Sum / pool.Count)
            {
                pool = (pools[^1].Sum + pool.Sum, pools[^1].Count + pool.Count);
                pools.RemoveAt(pools.Count - 1);
            }
            pools.Add(pool);
        }
        var last = high - ((wanted.Count - 1) * gap);
        return [.. pools.SelectMany(pool => Enumerable.Repeat(Math.Clamp(pool.Sum / pool.Count, low, last), pool.Count))
            .Select((place, i) => place + (i * gap))];
    }
}
