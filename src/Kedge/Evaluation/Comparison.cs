using Kedge.Methods;
using static TorchSharp.torch;

namespace Kedge.Evaluation;

/// <summary>How far a comparison has come.</summary>
/// <param name="Done">Runs finished, those of earlier programs among them.</param>
/// <param name="Runs">Methods × draws of tasks.</param>
/// <param name="Method">The method that is fitted next.</param>
/// <param name="Task">The draw that it is fitted on.</param>
public sealed record ComparisonProgress(int Done, int Runs, string Method, ComparisonTask Task);

/// <summary>
/// The few-shot protocol: every method on every draw of every task, one after another. Methods see the support sets alone; the queries give the
/// accuracy and choose nothing.
/// </summary>
public sealed class Comparison
{
    private const int MostConfusedClasses = 100; // a picture of more cannot be read, and a line of the log would be long

    private readonly TimeProvider _time;

    /// <summary>Plans a comparison.</summary>
    /// <param name="methods">The methods, each text once.</param>
    /// <param name="tasks">The draws of the tasks; their tensors must outlive the run.</param>
    /// <param name="time">What seconds are measured by; null is the system's clock.</param>
    /// <exception cref="KedgeException">Two tasks have the same name, shots and seed, so that tables could not tell them apart.</exception>
    public Comparison(IReadOnlyList<MethodVariant> methods, IReadOnlyList<ComparisonTask> tasks, TimeProvider? time = null)
    {
        (Methods, Tasks, _time) = (methods, tasks, time ?? TimeProvider.System);
        if (tasks.GroupBy(task => (task.Name, task.Shots, task.Seed)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new KedgeException($"Comparing found {twice.Count()} tasks that tables would both call '{twice.First()}': rename one of them.");
    }

    /// <summary>The methods, in the order of the tables.</summary>
    public IReadOnlyList<MethodVariant> Methods { get; }

    /// <summary>The draws of the tasks, in the order of the tables.</summary>
    public IReadOnlyList<ComparisonTask> Tasks { get; }

    /// <summary>What is known to fail before anything runs, such as a method that needs a text tower on a task without one: a sentence each.</summary>
    public IReadOnlyList<string> Foresee() =>
        [.. Tasks.SelectMany(task => Methods.Select(method => (task.Name, Method: method.Text, Lack: Lack(method, task))))
            .Where(run => run.Lack is not null).Distinct().Select(run => $"{run.Method} is left out on {run.Name}. {run.Lack}")];

    /// <summary>Runs what is not in the log yet. A method that fails gives a row with its reason.</summary>
    /// <param name="log">The rows that are finished; each new one is added at once. Stays the caller's.</param>
    /// <param name="progress">Told before each run; null is nobody.</param>
    /// <param name="fitting">Told of each step of a fit; null is nobody.</param>
    /// <param name="cancellation">Stops between two steps of a fit or two batches of queries.</param>
    /// <returns>A row for each draw and method, draw by draw.</returns>
    /// <exception cref="KedgeException">A row cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>; the rows finished so far are in the log.</exception>
    public IReadOnlyList<ComparisonRow> Run(
        ComparisonLog log, IProgress<ComparisonProgress>? progress = null, IProgress<FitProgress>? fitting = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var rows = new List<ComparisonRow>(Tasks.Count * Methods.Count);
        foreach (var (task, method) in Tasks.SelectMany(task => Methods.Select(method => (task, method))))
        {
            cancellation.ThrowIfCancellationRequested();
            var empty = Row(method, task);
            if (log.Find(empty) is { } finished)
            {
                rows.Add(finished);
                continue;
            }
            progress?.Report(new(rows.Count, Tasks.Count * Methods.Count, method.Text, task));
            var row = Run(empty, method.Method, task, fitting, cancellation);
            log.Append(row);
            rows.Add(row);
        }
        return rows;
    }

#pragma warning disable CA1031 // whatever one method fails of must not cost the rows of the others
    private ComparisonRow Run(ComparisonRow row, FewShotMethod method, ComparisonTask task, IProgress<FitProgress>? fitting, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        try
        {
            var started = _time.GetTimestamp();
            using var classifier = method.Fit(task.Task, fitting, cancellation);
            var fitted = _time.GetTimestamp();
            var queries = classifier.Update is { } update ? task.QueryUnder!(update, cancellation) : task.Query.Images;
            var logits = classifier.LogitsInBatches(queries, cancellation);                 // [Q, C]
            var predicted = _time.GetTimestamp();
            int[] labels = [.. task.Query.Labels.cpu().data<long>().Select(label => (int)label)];
            var result = EvaluationResult.Of(logits, labels, classifier.ClassNames);
            return row with
            {
                Accuracy = 100 * result.Top1,
                FitSeconds = _time.GetElapsedTime(started, fitted).TotalSeconds,
                PredictSeconds = _time.GetElapsedTime(fitted, predicted).TotalSeconds,
                Selection = classifier.State.Selection,
                Numbers = classifier.State.Tensors.Values.Sum(tensor => tensor.numel()),
                Confusion = result.ClassNames.Count <= MostConfusedClasses ? Confusion.Of(result) : null,
            };
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellation.IsCancellationRequested))
        {
            return row with { Error = FirstLine(e is KedgeException ? e.Message : $"{e.GetType().Name}: {e.Message}") };
        }
    }
#pragma warning restore CA1031

    private static ComparisonRow Row(MethodVariant method, ComparisonTask task) => new()
    {
        Method = method.Text,
        Task = task.Name,
        Shots = task.Shots,
        Seed = task.Seed,
        Support = task.Task.SupportCount,
        Queries = task.Query.Count,
        Model = task.Model,
        ModelFingerprint = task.ModelFingerprint,
        TaskFingerprint = task.Fingerprint,
    };

    private static string? Lack(MethodVariant method, ComparisonTask task)
    {
        try
        {
            method.Method.CheckNeeds(task.Task);
            return null;
        }
        catch (KedgeException e)
        {
            return e.Message;
        }
    }

    /// <summary>libtorch's messages go on with the places in its source.</summary>
    private static string FirstLine(string message) => message.Trim().Split('\n')[0].TrimEnd();
}
