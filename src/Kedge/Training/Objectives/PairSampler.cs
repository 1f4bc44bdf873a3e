using Kedge.Runtime;

namespace Kedge.Training.Objectives;

/// <summary>
/// Samples the pairs of a batch: uniformly, but no two of a group. A batch is determined by the seed and its index, so
/// that runs can be resumed.
/// </summary>
internal sealed class PairSampler
{
    private readonly IReadOnlyList<int> _groups;
    private readonly int _batchSize;
    private readonly int _further;
    private readonly int _seed;

    /// <param name="groups">The group of each pair.</param>
    /// <param name="batchSize">Pairs per batch, at most the number of groups.</param>
    /// <param name="seed">Seed of all draws.</param>
    /// <param name="further">Further pairs of other groups per batch, as many as available at most.</param>
    /// <exception cref="KedgeException">There are fewer groups than pairs per batch.</exception>
    public PairSampler(IReadOnlyList<int> groups, int batchSize, int seed, int further = 0)
    {
        if (groups.Distinct().Count() is var count && count < batchSize)
        {
            throw new KedgeException($"A batch of {batchSize} pairs needs as many groups (classes) that differ in meaning, " +
                $"and the data has {count}: lower the batch size.");
        }
        (_groups, _batchSize, _seed, _further) = (groups, batchSize, seed, further);
    }

    /// <summary>
    /// The indices of a batch's pairs and of its further pairs, and the generator for its other random choices.
    /// </summary>
    public (int[] Pairs, int[] Further, Random Random) At(int batch)
    {
        var random = StepRandom.Create(_seed, batch);
        var order = Enumerable.Range(0, _groups.Count).ToArray();
        var (pairs, taken) = (new List<int>(_batchSize + _further), new HashSet<int>());
        for (var i = 0; i < order.Length && pairs.Count < _batchSize + _further; i++) // a partial Fisher-Yates shuffle
        {
            var j = random.Next(i, order.Length);
            (order[i], order[j]) = (order[j], order[i]);
            if (taken.Add(_groups[order[i]]))
                pairs.Add(order[i]);
        }
        return ([.. pairs.Take(_batchSize)], [.. pairs.Skip(_batchSize)], random);
    }
}
