using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>The check that anchors fit into memory, before any work.</summary>
internal static class AnchorMemory
{
    /// <summary>
    /// Copies of what is learned: itself, its gradient, Adam's two moments, the best so far and its start.
    /// </summary>
    private const int Copies = 6;

    /// <summary>
    /// Tensors of a step that hold a number for each pair of image or class and anchor: scores,
    /// softmax and their gradients.
    /// </summary>
    private const int Pairs = 4;

    /// <summary>Refuses more anchors than the memory that this process may use.</summary>
    /// <param name="task">The task, for C and D.</param>
    /// <param name="options">The options, for the batch.</param>
    /// <param name="anchors">K.</param>
    /// <param name="learned">Numbers learned an anchor.</param>
    /// <exception cref="KedgeException">They do not fit.</exception>
    internal static void Require(FewShotTask task, RtosOptions options, int anchors, long learned)
    {
        var numbers =
            (learned + task.FeatureWidth) * Copies + (Math.Min(options.BatchSize, task.Support.Count) + (long)task.Classes.Count) * Pairs;
        var (needed, available) = (anchors * numbers * sizeof(float) / 1e9, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9);
        if (needed > available)
            throw new KedgeException($"Fitting rtos found {anchors:N0} anchors, which take about {needed:0.0} GB to learn, " +
                $"and this process may use {available:0.0} GB: take fewer (anchorCount).");
    }
}
