namespace Kedge.Pretraining;

/// <summary>
/// Which pairs a step trains on: no two of a group in one batch, every group about as often as every other, and so every pair within its group. A step's
/// batch follows from the seed and the step alone, so a run that resumes goes on as it would have.
/// </summary>
/// <param name="groups">The group of each pair.</param>
/// <param name="batchSize">Pairs a batch, at most the number of groups.</param>
/// <param name="seed">Seed of all draws.</param>
/// <exception cref="KedgeException">There are fewer groups than pairs a batch.</exception>
internal sealed class PairSampler(IReadOnlyList<int> groups, int batchSize, int seed)
{
    private readonly int[][] _groups = Members(groups, batchSize);

    /// <summary>The indices of the pairs of a step, and the generator for what else the step draws.</summary>
    public (int[] Pairs, Random Random) At(int step)
    {
        var random = new Random(HashCode(seed, step));
        var order = Enumerable.Range(0, _groups.Length).ToArray();
        random.Shuffle(order);
        return ([.. order.Take(batchSize).Select(group => _groups[group][random.Next(_groups[group].Length)])], random);
    }

    private static int[][] Members(IReadOnlyList<int> groups, int batchSize)
    {
        int[][] members = [.. Enumerable.Range(0, groups.Count).GroupBy(i => groups[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        return batchSize <= members.Length
            ? members
            : throw new KedgeException($"A batch of {batchSize} pairs needs as many groups (classes) that differ in meaning, " +
                $"and the data has {members.Length}: lower the batch size.");
    }

    // System.HashCode differs from process to process
    private static int HashCode(int seed, int step) => unchecked((int)((uint)seed * 2654435761u) ^ (step * 40503 + (step << 16)));
}
