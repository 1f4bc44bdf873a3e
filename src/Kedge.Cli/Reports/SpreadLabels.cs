namespace Kedge.Cli.Reports;

/// <summary>Places for labels in a column: as near as can be to where they belong, none over another.</summary>
internal static class SpreadLabels
{
    /// <summary>Moves places apart: least squares under the condition that neighbours keep their distance, by pooling those that touch.</summary>
    /// <param name="wanted">Where the labels belong, ascending.</param>
    /// <param name="gap">The least distance of two labels.</param>
    /// <param name="low">No place is below.</param>
    /// <param name="high">No place is above; there must be room for all.</param>
    public static double[] Of(IReadOnlyList<double> wanted, double gap, double low, double high)
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
        return [.. pools.SelectMany(pool => Enumerable.Repeat(Math.Clamp(pool.Sum / pool.Count, low, last), pool.Count)).Select((place, i) => place + (i * gap))];
    }
}
