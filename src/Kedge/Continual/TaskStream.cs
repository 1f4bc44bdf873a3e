using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Continual;

/// <summary>
/// A few-shot task as a stream: its classes arrive some at a time, in an order of their own, and queries are of the
/// classes that have arrived. Does not own its tensors; the tasks that it makes are in the current dispose scope.
/// </summary>
internal sealed class TaskStream
{
    private readonly FewShotTask _whole; // classes in their order
    private readonly LabelledFeatures _query;
    private readonly IReadOnlyList<int> _ends; // classes that have arrived after each task

    /// <summary>Parts a task, in the current dispose scope.</summary>
    /// <param name="task">All classes with their images.</param>
    /// <param name="query">Test images of all classes.</param>
    /// <param name="order">The classes in the order in which they arrive.</param>
    /// <param name="sizes">How many classes each task brings.</param>
    internal TaskStream(FewShotTask task, LabelledFeatures query, IReadOnlyList<int> order, IReadOnlyList<int> sizes)
    {
        var places = new long[order.Count];
        foreach (var (place, label) in order.Index())
            places[label] = place;
        var moved = tensor(places, device: task.Device);
        _query = new(query.Images, moved.to(query.Labels.device).index_select(0, query.Labels));
        _whole = Part(task, moved.index_select(0, task.Support.Labels), Enumerable.Range(0, task.Support.Count), order);
        _ends = [.. sizes.Select((_, t) => sizes.Take(t + 1).Sum())];
    }

    /// <summary>T, how many tasks there are.</summary>
    internal int Count => _ends.Count;

    /// <summary>The classes of a task, by their places among all.</summary>
    internal IReadOnlyList<int> Classes(int task) => [.. Enumerable.Range(First(task), _ends[task] - First(task))];

    /// <summary>A task by itself: its classes, labelled from 0, with their images.</summary>
    internal FewShotTask New(int task)
    {
        var labels = Labels(_whole.Support.Labels);
        var rows = labels.Index().Where(image => image.Item >= First(task) && image.Item < _ends[task]).Select(image => image.Index);
        return Part(_whole, _whole.Support.Labels.Sub(First(task)), rows, Classes(task));
    }

    /// <summary>All classes that have arrived: those of a task with all their images, those before with some.</summary>
    /// <param name="task">The last task that has arrived.</param>
    /// <param name="memory">
    /// m, images of each earlier class that were kept, the first; <see langword="null"/> for all.
    /// </param>
    internal FewShotTask Seen(int task, int? memory)
    {
        var kept = new Dictionary<long, int>();
        int[] rows = [.. Labels(_whole.Support.Labels).Index().Where(image => image.Item < _ends[task]
            && ((kept[image.Item] = kept.GetValueOrDefault(image.Item) + 1) <= memory || memory is null || image.Item >= First(task)))
            .Select(image => image.Index)];
        return Part(_whole, _whole.Support.Labels, rows, Enumerable.Range(0, _ends[task]));
    }

    /// <summary>Test images of some classes; labels are places among all classes.</summary>
    /// <param name="first">The first of these classes.</param>
    /// <param name="end">The class after the last.</param>
    internal LabelledFeatures Queries(int first, int end)
    {
        long[] rows = [.. Labels(_query.Labels).Index().Where(image => image.Item >= first && image.Item < end)
            .Select(image => (long)image.Index)];
        var which = tensor(rows, device: _query.Labels.device);
        return new(_query.Images.Each(features => features.index_select(0, which)), _query.Labels.index_select(0, which));
    }

    /// <summary>Test images of all classes that have arrived with a task.</summary>
    internal LabelledFeatures SeenQueries(int task) => Queries(0, _ends[task]);

    /// <summary>The names of a task's classes and their features.</summary>
    internal ClassSet Names(int task) => new([.. Classes(task).Select(c => _whole.Classes.Names[c])],
        _whole.Classes.Features.narrow(0, First(task), _ends[task] - First(task)))
    {
        TextTower = _whole.Encoder?.TextTower,
        PromptNames = [.. Classes(task).Select(c => _whole.Classes.PromptNames[c])],
    };

    /// <summary>CLIP's logit scale.</summary>
    internal float LogitScale => _whole.Classes.LogitScale;

    private int First(int task) => task == 0 ? 0 : _ends[task - 1];

    private static long[] Labels(Tensor labels) => [.. labels.cpu().data<long>()];

    private static FewShotTask Part(FewShotTask task, Tensor labels, IEnumerable<int> images, IEnumerable<int> classes)
    {
        var (rows, kept) = (images.Select(row => (long)row).ToArray(), classes.ToArray());
        var (which, whose) = (tensor(rows, device: task.Device), tensor(kept.Select(c => (long)c).ToArray(), device: task.Device));
        var all = task.Classes;
        string[] names = [.. kept.Select(c => all.Names[c])];
        var some = all.HasNames
            ? new TaskClasses(names, all.Features.index_select(0, whose), all.LogitScale, all.Templates)
            {
                Norms = all.Norms?.index_select(0, whose),
                PromptNames = [.. kept.Select(c => all.PromptNames[c])],
                AllowsOne = true,
            }
            : TaskClasses.Unnamed(kept.Length, all.LogitScale, all.Templates);
        var support = task.Support.AtRows(which) with { Labels = labels.index_select(0, which) };
        return new(support, some, task.Encoder?.AtRows(rows)) { BalanceClasses = task.BalanceClasses, Anchors = task.Anchors };
    }
}
