using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>Exact nearest-neighbour search by cosine similarity.</summary>
internal static class CosineSearch
{
    private const int QueriesPerBatch = 256; // bounds the memory of the similarities: word lists are long

    /// <summary>The k nearest keys of each query, by cosine similarity.</summary>
    /// <param name="queries">[Q, D], of any norm.</param>
    /// <param name="keys">[N, D], of any norm, on the same device.</param>
    /// <param name="top">k, at least 1; min(k, N) are returned.</param>
    /// <returns>Q lists of rows of <paramref name="keys"/>, the nearest first.</returns>
    internal static IReadOnlyList<(int Row, double Cosine)[]> Nearest(Tensor queries, Tensor keys, int top)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var count = (int)Math.Min(top, keys.shape[0]);
        if (count == 0 || queries.shape[0] == 0)
            return [.. Enumerable.Repeat(Array.Empty<(int, double)>(), (int)queries.shape[0])];
        var unitKeys = keys.Unit().t();
        return [.. queries.Unit().split(QueriesPerBatch).SelectMany(batch => Nearest(batch.matmul(unitKeys), count))];
    }

    // [Q, N]
    private static IEnumerable<(int Row, double Cosine)[]> Nearest(Tensor cosines, int count)
    {
        var (values, rows) = cosines.topk(count);
        return rows.cpu().data<long>().Zip(values.cpu().data<float>(), (row, cosine) => ((int)row, (double)cosine)).Chunk(count);
    }
}
