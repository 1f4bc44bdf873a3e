namespace Kedge.Pretraining;

/// <summary>
/// Which pairs a step trains on: no two of a group in one batch, every pair about as often as every other. A step's batch follows from the seed and the
/// step alone, so a run that resumes goes on as it would have.
/// </summary>
/// <param name="groups">The group of each pair.</param>
/// <param name="batchSize">Pairs a batch, at most the number of groups.</param>
/// <param name="seed">Seed of all draws.</param>
internal sealed class PairSampler(IReadOnlyList<int> groups, int batchSize, int seed)
{
    private readonly int[][] _groups = [.. Enumerable.Range(0, groups.Count).GroupBy(i => groups[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];

    /// <summary>The indices of the pairs of a step, and the generator for what else the step draws.</summary>
    public (int[] Pairs, Random Random) At(int step)
    {
        if (batchSize > _groups.Length)
            throw new KedgeException($"A batch of {batchSize} pairs needs as many groups (classes) that differ in meaning, and the data has {_groups.Length}: lower the batch size.");
        var random = new Random(HashCode(seed, step));
        var order = Enumerable.Range(0, _groups.Length).ToArray();
        random.Shuffle(order);
        return ([.. order.Take(batchSize).Select(group => _groups[group][random.Next(_groups[group].Length)])], random);
    }

    // System.HashCode differs from process to process
    private static int HashCode(int seed, int step) => unchecked((int)((uint)seed * 2654435761u) ^ (step * 40503 + (step << 16)));
}
