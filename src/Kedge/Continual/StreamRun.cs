using Kedge.Evaluation;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Continual;

/// <summary>
/// One method over a stream, measured after each task. A method that continues learns each task on top of those before,
/// without their images; any other is fitted anew, on the images of the task and m of each class before.
/// </summary>
/// <param name="method">The method.</param>
/// <param name="stream">The stream; it must outlive this.</param>
/// <param name="memory">m, at least 0.</param>
/// <param name="joint">Whether it is fitted anew on all images of all classes so far: the bound.</param>
internal sealed class StreamRun(FewShotMethod method, TaskStream stream, int memory, bool joint = false)
{
    private readonly List<IReadOnlyList<double>> _byTask = [];
    private readonly List<double> _overall = [], _zeroShot = [];
    private List<double>? _new = [];

    /// <summary>Learns and measures.</summary>
    /// <param name="fitting">Told of each step.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <param name="learned">Is given the classifier after each task with its metrics on all classes so far, before
    /// the next task.</param>
    /// <exception cref="KedgeException">The method neither continues nor has a memory; or as a fit.</exception>
    internal StreamAccuracy Run(
        IProgress<FitProgress>? fitting, CancellationToken cancellation, Action<FewShotClassifier, EvaluationResult>? learned = null)
    {
        if (!joint && !method.Continues && memory == 0)
            throw new KedgeException($"Learning a stream found {method.Name}, which learns all its classes at once: " +
                "give it a memory of some images a class (--memory).");
        FewShotClassifier? classifier = null;
        try
        {
            for (var task = 0; task < stream.Count; task++)
            {
                using var scope = NewDisposeScope();
                if (classifier is not null)
                    MeasureBefore(classifier, task, cancellation);
                using var before = classifier;
                classifier = Learn(before, task, fitting, cancellation);
                var result = MeasureAfter(classifier, task, cancellation);
                learned?.Invoke(classifier, result);
            }
            return new(_overall, _byTask, _new, _zeroShot);
        }
        finally
        {
            classifier?.Dispose();
        }
    }

    private FewShotClassifier Learn(FewShotClassifier? before, int task, IProgress<FitProgress>? fitting, CancellationToken cancellation) =>
        joint ? method.Fit(stream.Seen(task, memory: null), fitting, cancellation)
        : !method.Continues ? method.Fit(stream.Seen(task, memory), fitting, cancellation)
        : before is null ? method.Fit(stream.New(task), fitting, cancellation)
        : method.Continue(before, stream.New(task), fitting, cancellation);

    /// <summary>The classes of the next task, by their names alone.</summary>
    private void MeasureBefore(FewShotClassifier classifier, int task, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var (names, classes) = (stream.Names(task), stream.Classes(task));
        var query = stream.Queries(classes[0], classes[^1] + 1);
        int[] labels = [.. Labels(query).Select(label => label - classes[0])];
        _zeroShot.Add(Share(ZeroShot.Logits(query.Features, names.Features, stream.LogitScale), labels));
        using var transferred = _new is null ? null : classifier.Transfer(names);
        if (transferred is null)
            _new = null;
        else
            _new!.Add(Share(query.LogitsBy(transferred, cancellation), labels));
    }

    private EvaluationResult MeasureAfter(FewShotClassifier classifier, int task, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var query = stream.SeenQueries(task);
        var (logits, labels) = (query.LogitsBy(classifier, cancellation), Labels(query));
        var result = EvaluationResult.Compute(logits, labels, classifier.ClassNames);
        _overall.Add(result.Top1);
        _byTask.Add([.. Enumerable.Range(0, task + 1).Select(t =>
        {
            var classes = stream.Classes(t).ToHashSet();
            return labels.Zip(result.Correct).Where(image => classes.Contains(image.First)).Average(image => image.Second ? 1.0 : 0);
        })]);
        return result;
    }

    private static double Share(Tensor logits, int[] labels) =>
        logits.argmax(1).cpu().data<long>().Zip(labels).Average(image => image.First == image.Second ? 1.0 : 0);

    private static int[] Labels(LabelledFeatures query) => [.. query.Labels.cpu().data<long>().Select(label => (int)label)];
}
