using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Memory of fits whose need grows faster than their task (<see cref="FewShotMethod.BytesToFit"/>): the check before
/// any work, and computation in blocks.
/// </summary>
internal static class FitMemory
{
    /// <summary>Fits that take more bytes than this are announced beforehand: 2 GB.</summary>
    internal const long Large = 2_000_000_000;

    private const long MaxPairs = 1 << 24; // 64 MB a tensor of them

    /// <summary>Bytes that this process may use in all.</summary>
    internal static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>"4.1 GB".</summary>
    internal static string Show(long bytes) => FormattableString.Invariant($"{bytes / 1e9:0.0} GB");

    /// <summary>Refuses a fit that needs more than this process may use.</summary>
    internal static void Require(FewShotMethod method, FewShotTask task)
    {
        var needed = method.BytesToFit(task);
        if (needed > Available)
            throw new KedgeException(FormattableString.Invariant(
                $"Fitting {method.Name} found {task.Support.Count:N0} support images, which take about {Show(needed)}, ") +
                $"and this process may use {Show(Available)}: take fewer shots.");
    }

    /// <summary>
    /// Computes row by row from [B, D], in blocks where the matrix of rows × keys would be too large: at most 64 MB a
    /// tensor of pairs.
    /// </summary>
    /// <param name="rows">[B, D].</param>
    /// <param name="keys">N, the keys that each row is compared with.</param>
    /// <param name="compute">
    /// From [b, D] to [b, C], where tensors [b, N] may be created; they are freed after each block.
    /// </param>
    /// <returns>[B, C] in the current dispose scope.</returns>
    public static Tensor InBlocks(Tensor rows, long keys, Func<Tensor, Tensor> compute)
    {
        var size = Math.Max(1, MaxPairs / Math.Max(1, keys));
        if (rows.shape[0] <= size)
            return Block(rows);
        using var scope = NewDisposeScope();
        return cat([.. rows.split(size).Select(Block)]).MoveToOuterDisposeScope();

        Tensor Block(Tensor block)
        {
            using var inner = NewDisposeScope();
            return compute(block).MoveToOuterDisposeScope();
        }
    }
}
