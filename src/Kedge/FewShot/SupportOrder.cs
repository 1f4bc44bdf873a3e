using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Support images in an order that depends on nothing but themselves: by label, then by the bits of the
/// mean over views. A method that draws batches with its seed then learns the same from the same images,
/// however their files were listed.
/// </summary>
internal static class SupportOrder
{
    /// <summary>
    /// The task with its support rows sorted, which are copies in the current dispose scope, as are class features.
    /// </summary>
    /// <param name="task">The task.</param>
    /// <param name="balanceClasses">Whether uneven classes are to count alike.</param>
    internal static FewShotTask Canonical(FewShotTask task, bool balanceClasses = true)
    {
        var sorted = Sort(task);
        var order = tensor(sorted, dtype: ScalarType.Int64, device: task.Device);
        return task.AtRows(order, balanceClasses);
    }

    private static long[] Sort(FewShotTask task)
    {
        var means = task.Support.Features.detach().mean([0]).cpu().contiguous();         // [N, D]
        var bits = MemoryMarshal.Cast<byte, int>(means.bytes).ToArray();
        var labels = task.Support.Labels.cpu().data<long>().ToArray();
        var order = Enumerable.Range(0, task.Support.Count).ToArray();
        Array.Sort(order, (i, j) => labels[i] == labels[j] ? Row(i).SequenceCompareTo(Row(j)) : labels[i].CompareTo(labels[j]));
        return [.. order.Select(i => (long)i)];

        ReadOnlySpan<int> Row(int image) => bits.AsSpan(image * task.FeatureWidth, task.FeatureWidth);
    }
}
