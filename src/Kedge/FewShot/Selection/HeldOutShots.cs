using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Support images held out of a first fit, to choose hyper-parameters on: a quarter of each class's, at least one, of
/// classes with two or more. Nothing outside the support set is used. The rows' order must not depend on the caller's
/// (<see cref="SupportOrder"/>).
/// </summary>
public sealed class HeldOutShots
{
    private const int Divisor = 4;

    private HeldOutShots(FewShotTask task, long[] train, long[] held)
    {
        (Train, Held, Labels) = (Rows(task, train), Rows(task, held), task.Support.Labels.index_select(0, Rows(task, held)));
        Weights = ClassBalance.Weights(task, Labels);
    }

    /// <summary>[N − H] int64: the rows to fit on first.</summary>
    public Tensor Train { get; }

    /// <summary>[H] int64: the rows to evaluate on.</summary>
    public Tensor Held { get; }

    /// <summary>[H] int64: the classes of the rows to evaluate on.</summary>
    public Tensor Labels { get; }

    /// <summary>
    /// [H] F32 of mean 1: how much each of the rows counts, so that all classes count alike; <see langword="null"/>
    /// where all rows do.
    /// </summary>
    public Tensor? Weights { get; }

    /// <summary>
    /// Holds shots out. The tensors of the result are on the task's device, in the current dispose scope.
    /// </summary>
    /// <param name="task">The task of <see cref="FewShotMethod.FitCore"/>.</param>
    /// <returns>Which rows are held out; <see langword="null"/> where no class has two images.</returns>
    public static HeldOutShots? HoldOut(FewShotTask task)
    {
        var byClass = task.Support.Labels.cpu().data<long>().Select((label, row) => (label, row: (long)row)).GroupBy(pair => pair.label)
            .Select(images => images.Select(pair => pair.row).ToArray()).ToArray();
        var held = byClass.SelectMany(rows => rows.TakeLast(rows.Length < 2 ? 0 : Math.Max(1, rows.Length / Divisor))).ToArray();
        return held.Length == 0 ? null : new HeldOutShots(task, [.. byClass.SelectMany(rows => rows).Except(held)], held);
    }

    /// <summary>
    /// The rows of classes with more than one image, which alone can be left out one by one: int64,
    /// empty where there are none.
    /// </summary>
    internal static Tensor RowsOfMultiShotClasses(FewShotTask task)
    {
        var shots = task.CountShots();
        return Rows(task, [.. task.Support.Labels.cpu()
            .data<long>().Index().Where(row => shots[(int)row.Item] > 1).Select(row => (long)row.Index)]);
    }

    /// <summary>The task without the shots held out; its tensors live in the current dispose scope.</summary>
    /// <param name="task">The task that they were held out of.</param>
    public FewShotTask Rest(FewShotTask task) => task.AtRows(Train);

    /// <summary>All shots, to evaluate what was fitted on none of them.</summary>
    internal static HeldOutShots All(FewShotTask task) =>
        new(task, [], [.. Enumerable.Range(0, task.Support.Count).Select(row => (long)row)]);

    private static Tensor Rows(FewShotTask task, long[] rows) => tensor(rows, device: task.Device);
}
