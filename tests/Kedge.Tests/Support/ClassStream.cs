using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>The classes of a task as a stream: some at a time, in order. Owns its tensors.</summary>
/// <param name="whole">The task of all classes; stays the caller's.</param>
/// <param name="classesATask">How many classes arrive at a time; the last task may have fewer.</param>
internal sealed class ClassStream(SyntheticTask whole, int classesATask) : IDisposable
{
    private readonly List<Tensor> _owned = [];

    public int Count => (whole.Task.Classes.Count + classesATask - 1) / classesATask;

    /// <summary>The task of one step: its classes alone, labelled from 0.</summary>
    public FewShotTask Task(int index)
    {
        using var scope = NewDisposeScope();
        var (first, all) = (index * classesATask, whole.Task);
        var count = Math.Min(classesATask, all.Classes.Count - first);
        var rows = Own(((all.Support.Labels >= first) & (all.Support.Labels < first + count)).nonzero().squeeze(1));
        var support = all.Support.AtRows(rows, Own) with { Labels = Own(all.Support.Labels.index_select(0, rows) - first) };
        return new(support, new([.. all.Classes.Names.Skip(first).Take(count)], Own(all.Classes.Features.narrow(0, first, count).clone()),
            all.Classes.LogitScale, all.Classes.Templates)
        { AllowsOne = true }, new() { TextTower = whole.Tower });
    }

    /// <summary>Learns the first tasks, one after the other; dispose the result.</summary>
    public FewShotClassifier Learn(FewShotMethod method, int tasks, IProgress<FitProgress>? progress = null)
    {
        var classifier = method.Fit(Task(0), progress, TestContext.Current.CancellationToken);
        for (var index = 1; index < tasks; index++)
        {
            using var before = classifier;
            classifier = method.Continue(before, Task(index), progress, TestContext.Current.CancellationToken);
        }
        return classifier;
    }

    public void Dispose()
    {
        foreach (var tensor in _owned)
            tensor.Dispose();
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }
}
