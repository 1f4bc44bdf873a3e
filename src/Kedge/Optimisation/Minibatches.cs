using Kedge.Runtime;

namespace Kedge.Optimisation;

/// <summary>Mini-batches of the rows of a data set.</summary>
internal static class Minibatches
{
    /// <summary>
    /// An endless sequence of batches, epoch after epoch; each epoch's order is a shuffle of that before it.
    /// </summary>
    /// <param name="rows">The rows, at least one; not changed.</param>
    /// <param name="size">The batch size B, at least 1.</param>
    /// <param name="seed">The seed of the shuffles; <see langword="null"/> for no shuffling.</param>
    /// <param name="dropLast">Whether the last batch of an epoch is dropped where it is smaller than B.</param>
    /// <returns>Each batch with its epoch, from 0.</returns>
    internal static IEnumerable<(int Epoch, long[] Rows)> Draw(IEnumerable<long> rows, int size, int? seed, bool dropLast = false)
    {
        var order = rows.ToArray();
        var random = seed is { } value ? new SeededRandom(value) : null;
        for (var epoch = 0; order.Length > 0; epoch++)
        {
            random?.Shuffle(order);
            foreach (var batch in order.Chunk(size).Where(batch => !dropLast || batch.Length == size))
                yield return (epoch, batch);
        }
    }
}
