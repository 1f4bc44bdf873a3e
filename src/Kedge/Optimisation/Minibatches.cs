using Kedge.Runtime;

namespace Kedge.Optimisation;

/// <summary>Rows of a data set in mini-batches.</summary>
internal static class Minibatches
{
    /// <summary>Batches without end, an epoch after the other; each epoch's order is a shuffle of that before it.</summary>
    /// <param name="rows">The rows, at least one; not changed.</param>
    /// <param name="size">Rows a batch, at least 1.</param>
    /// <param name="seed">Of the shuffles; <see langword="null"/> keeps the order in every epoch.</param>
    /// <param name="dropLast">Whether an epoch leaves out its last batch where that is smaller than the others.</param>
    /// <returns>Each batch with the number of its epoch, from 0.</returns>
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
