using Kedge.Evaluation;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Experiments;

/// <summary>The progress of a comparison.</summary>
/// <param name="Done">Runs finished, those of an interrupted process included.</param>
/// <param name="Runs">Methods × draws of tasks.</param>
/// <param name="Method">The method that is fitted next.</param>
/// <param name="Task">The draw that it is fitted on.</param>
/// <param name="Parallelism">The number of parallel runs.</param>
internal sealed record ComparisonProgress(int Done, int Runs, string Method, ComparisonTask Task, int Parallelism = 1);

/// <summary>
/// A comparison under one protocol (<see cref="Protocol"/>): every method on every draw of every task, sequentially or
/// in parallel. Methods see the support sets alone; the queries give the accuracy and select nothing.
/// </summary>
public sealed class Comparison
{
    private const int MaxConfusedClasses = 100; // a picture of more cannot be read, and a line of the log would be long

    private readonly TimeProvider _time;

    /// <summary>Plans a comparison.</summary>
    /// <param name="methods">The methods, each text once.</param>
    /// <param name="tasks">What they are compared on; must outlive the run.</param>
    /// <exception cref="KedgeException">
    /// Two draws have the same name, shots and seed, so that tables could not tell them apart.
    /// </exception>
    public Comparison(IReadOnlyList<MethodVariant> methods, ComparisonTasks tasks) : this(methods, tasks.Tasks) { }

    /// <summary>Plans a comparison.</summary>
    /// <param name="methods">The methods, each text once.</param>
    /// <param name="tasks">The draws of the tasks; their tensors must outlive the run.</param>
    /// <param name="time">What seconds are measured by; null is the system's clock.</param>
    /// <exception cref="KedgeException">Two tasks have the same name, shots and seed, so that tables could not
    /// tell them apart.</exception>
    internal Comparison(IReadOnlyList<MethodVariant> methods, IReadOnlyList<ComparisonTask> tasks, TimeProvider? time = null)
    {
        (Methods, Tasks, _time) = (methods, tasks, time ?? TimeProvider.System);
        if (tasks.GroupBy(task => (task.Name, task.Shots, task.Seed)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new KedgeException($"Comparing found {twice.Count()} tasks that tables would both call '{twice.First()}': " +
                "rename one of them.");
    }

    /// <summary>The methods, in the order of the tables.</summary>
    public IReadOnlyList<MethodVariant> Methods { get; }

    /// <summary>The draws of the tasks, in the order of the tables.</summary>
    internal IReadOnlyList<ComparisonTask> Tasks { get; }

    /// <summary>
    /// The number of parallel runs, at least 1; default 1. Each computes with its part of the cores
    /// (<see cref="TorchSharp.torch.get_num_threads"/> ÷ this, at least one), and one that needs more memory than is
    /// available waits. Accuracies do not depend on this where each computes with one core either way; sums over
    /// several cores are rounded differently.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public int Parallelism
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    /// <summary>
    /// Warnings before the run, a sentence each: runs that will fail, such as a method that needs a text tower on a
    /// task without one, and fits that take more than 2 GB of memory.
    /// </summary>
    public IReadOnlyList<string> Validate() =>
    [
        .. Pairs().Select(run => (run.Task.Name, run.Method.Text, Lack: Lack(run.Method, run.Task)))
            .Where(run => run.Lack is not null).Distinct()
            .Select(run => $"{run.Text} is left out on {run.Name}. {run.Lack}"),
        .. Pairs().Where(run => Lack(run.Method, run.Task) is null)
            .Select(run => (run.Method.Text, run.Task.Name, run.Task.Shots, Bytes: run.Method.Method.BytesToFit(run.Task.Task)))
            .Where(run => run.Bytes > FitMemory.Large).Distinct()
            .Select(run =>
                $"{run.Text} takes about {FitMemory.Show(run.Bytes)} of memory on {run.Name}, {ComparisonTask.DescribeShots(run.Shots)}."),
    ];

    /// <summary>Runs what is not in the log yet. A method that fails gives a row with its reason.</summary>
    /// <param name="log">The rows that are finished; each new one is added at once. Stays the caller's.</param>
    /// <param name="cancellation">Stops between two steps of a fit or two batches of queries.</param>
    /// <returns>A row for each draw and method, draw by draw; where a task has further splits, one
    /// for each after it.</returns>
    /// <exception cref="KedgeException">A row cannot be written.</exception>
    /// <exception cref="OperationCanceledException">
    /// Asked for by <paramref name="cancellation"/>; the rows finished so far are in the log.
    /// </exception>
    public IReadOnlyList<ComparisonRow> Run(ComparisonLog log, CancellationToken cancellation = default) =>
        Run(log, progress: null, fitting: null, cancellation);

    /// <summary>Runs what is not in the log yet. A method that fails gives a row with its reason.</summary>
    /// <param name="log">The rows that are finished; each new one is added at once. Stays the caller's.</param>
    /// <param name="progress">Told before each run, on its thread but never twice at a time; null is nobody.</param>
    /// <param name="fitting">Told of each step of a fit, or, where several go on at once, of their
    /// notes alone; likewise.</param>
    /// <param name="cancellation">Stops between two steps of a fit or two batches of queries.</param>
    /// <returns>
    /// A row for each draw and method, draw by draw; each followed by the rows of the task's further splits.
    /// </returns>
    /// <exception cref="KedgeException">A row cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; the rows finished so
    /// far are in the log.</exception>
    internal IReadOnlyList<ComparisonRow> Run(
        ComparisonLog log, IProgress<ComparisonProgress>? progress, IProgress<FitProgress>? fitting = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        (MethodVariant Method, ComparisonTask Task)[] pairs = [.. Pairs()];
        var rows = new IReadOnlyList<ComparisonRow>?[pairs.Length];
        var (gate, done) = (new Lock(), 0);
        var steps = Parallelism == 1 || fitting is null ? fitting : new Notes(fitting, gate);
        foreach (var (index, run) in pairs.Index())
            done += (rows[index] = Finished(log, run.Method, run.Task)) is null ? 0 : 1;
        var work = pairs.Index().Where(pair => rows[pair.Index] is null)
            .Select(pair => (pair.Item.Method.Method.BytesToFit(pair.Item.Task.Task), (Action)(() => Run(pair.Index))));
        MemoryBoundedScheduler.Run([.. work], Parallelism, FitMemory.Available - Environment.WorkingSet);
        return [.. rows.SelectMany(some => some!)];

        void Run(int index)
        {
            cancellation.ThrowIfCancellationRequested();
            var (method, task) = pairs[index];
            lock (gate)
                progress?.Report(new(done, pairs.Length, method.Text, task, Parallelism));
            var made = this.Run(SplitRows.Empty(Row(method, task), task), method, task, steps, cancellation);
            lock (gate)
            {
                foreach (var row in made)
                    log.Append(row);
                (rows[index], done) = (made, done + 1);
            }
        }
    }

#pragma warning disable CA1031 // whatever one method fails of must not cost the rows of the others
    private ComparisonRow[] Run(
        ComparisonRow[] empty, MethodVariant method, ComparisonTask task, IProgress<FitProgress>? fitting, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        try
        {
            if (task.Stream is { } stream)
                return StreamRows.Run(empty, method, task, stream, _time, fitting, cancellation);
            var started = _time.GetTimestamp();
            using var classifier = method.Method.Fit(task.Task, fitting, cancellation);
            var fitted = _time.GetTimestamp();
            var logits = task.Query.LogitsBy(classifier, cancellation);              // [Q, C]
            var predicted = _time.GetTimestamp();
            int[] labels = [.. task.Query.Labels.cpu().data<long>().Select(label => (int)label)];
            var result = EvaluationResult.Compute(logits, labels, classifier.ClassNames);
            var own = empty[0] with
            {
                Accuracy = 100 * result.Top1,
                BalancedAccuracy = 100 * result.BalancedAccuracy,
                FitSeconds = _time.GetElapsedTime(started, fitted).TotalSeconds,
                PredictSeconds = _time.GetElapsedTime(fitted, predicted).TotalSeconds,
                Selection = classifier.State.Selection,
                Numbers = classifier.State.Tensors.Values.Sum(tensor => tensor.numel()),
                Confusion = result.ClassNames.Count <= MaxConfusedClasses ? ConfusionMatrix.From(result) : null,
                Correct = CorrectnessBits.Write(result.Correct),
            };
            return SplitRows.Fill(empty, own, classifier, task, _time, cancellation);
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            var error = FirstLine(e is KedgeException ? e.Message : $"{e.GetType().Name}: {e.Message}");
            return [.. empty.Select(row => row with { Error = error })];
        }
    }
#pragma warning restore CA1031

    /// <summary>All rows of a run from the log; <see langword="null"/> where one is missing.</summary>
    private ComparisonRow[]? Finished(ComparisonLog log, MethodVariant method, ComparisonTask task)
    {
        ComparisonRow?[] found = [.. SplitRows.Empty(Row(method, task), task).Select(log.Find)];
        return found.Contains(null) ? null : [.. found.OfType<ComparisonRow>()];
    }

    private IEnumerable<(MethodVariant Method, ComparisonTask Task)> Pairs() =>
        Tasks.SelectMany(task => Methods.Select(method => (method, task)));

    private ComparisonRow Row(MethodVariant method, ComparisonTask task) => new()
    {
        Method = method.Text,
        Task = task.Name,
        Shots = task.Shots,
        Seed = task.Seed,
        Support = task.Task.Support.Count,
        Queries = task.Query.Count,
        LeftOut = task.Query.LeftOut,
        Model = task.Model,
        ModelFingerprint = task.ModelFingerprint,
        TaskFingerprint = task.Fingerprint,
        Parallelism = Parallelism,
    };

    private static string? Lack(MethodVariant method, ComparisonTask task)
    {
        try
        {
            TaskRequirements.Require(method.Method, task.Task);
            return null;
        }
        catch (KedgeException e)
        {
            return e.Message;
        }
    }

    /// <summary>Without the stack trace that follows libtorch's messages.</summary>
    private static string FirstLine(string message) => message.Trim().Split('\n')[0].TrimEnd();

    /// <summary>Passes on the notes of parallel fits alone, as their steps would interleave.</summary>
    private sealed class Notes(IProgress<FitProgress> fitting, Lock gate) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.Note is null)
                return;
            lock (gate)
                fitting.Report(value);
        }
    }
}
