using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Support images in an order that depends on nothing but themselves: by label, then by feature bits. A method that draws batches with its seed
/// then learns the same from the same images, however their files were listed.
/// </summary>
internal static class SupportOrder
{
    /// <summary>The task with its support rows sorted; class features and rows are copies in the current dispose scope.</summary>
    internal static FewShotTask Canonical(FewShotTask task)
    {
        var order = tensor(Sort(task), dtype: ScalarType.Int64, device: task.Device);
        return new FewShotTask(task.SupportFeatures.index_select(1, order).detach(), task.SupportLabels.index_select(0, order),
            task.ClassFeatures.detach().clone(), task.ClassNames, task.LogitScale, task.Templates, task.TextTower);
    }

    private static long[] Sort(FewShotTask task)
    {
        var (n, d) = (task.SupportCount, task.FeatureWidth);
        using var onCpu = task.SupportFeatures.detach().cpu().contiguous();
        using var labelsOnCpu = task.SupportLabels.cpu();
        var bits = MemoryMarshal.Cast<byte, int>(onCpu.bytes).ToArray();
        var labels = labelsOnCpu.data<long>().ToArray();
        var order = Enumerable.Range(0, n).Select(i => (long)i).ToArray();
        Array.Sort(order, (i, j) =>
        {
            var compared = labels[i].CompareTo(labels[j]);
            for (var view = 0; view < task.Views && compared == 0; view++)
                compared = Row(view, i).SequenceCompareTo(Row(view, j));
            return compared;
        });
        return order;

        ReadOnlySpan<int> Row(int view, long image) => bits.AsSpan(checked((int)((view * (long)n + image) * d)), d);
    }
}
