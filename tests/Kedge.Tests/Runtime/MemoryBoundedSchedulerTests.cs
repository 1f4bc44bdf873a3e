using System.Collections.Concurrent;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Reports.Comparisons;
using Kedge.Runtime;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Runtime;

public sealed class MemoryBoundedSchedulerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // far above what two threads need to meet

    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 4, shots: 4);
    private readonly Tensor _labels;
    private readonly int _cores = get_num_threads();

    public MemoryBoundedSchedulerTests() =>
        _labels = tensor(_synthetic.QueryLabels.Select(label => (long)label).ToArray()).DetachFromDisposeScope();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Runs_at_once_of_one_core_each_give_the_bits_of_runs_one_by_one()
    {
        string[] names =
            ["zero-shot", "tip-adapter-f", "gda", "proker", "lp++", "ape", "ape-t", "linear-probe", "clip-adapter", "rtos[steps=3]"];
        set_num_threads(1);
        var alone = Logits(names, atOnce: 1);
        set_num_threads(3);
        Assert.Equal(alone, Logits(names, atOnce: 3));
    }

    [Fact]
    public void Two_runs_go_on_at_once_and_rows_are_in_the_order_of_the_tables()
    {
        using var first = new ManualResetEventSlim();
        using var second = new ManualResetEventSlim();
        var early = new CountedMethod(_ =>
        {
            first.Set();
            Assert.True(second.Wait(Patience, Stop)); // ends after the other, which is later in the tables
        });
        var late = new CountedMethod(_ =>
        {
            Assert.True(first.Wait(Patience, Stop));
            second.Set();
        });
        var rows = Run([new("early", early), new("late", late)], 2, null, Draw(1));
        Assert.Equal([("early", null, 2), ("late", null, 2)], rows.Select(row => (row.Method, row.Error, row.Parallelism)));
    }

    [Fact]
    public void A_run_that_fails_beside_others_is_a_row()
    {
        var failing = new CountedMethod(_ => throw new KedgeException("Too hard."));
        var rows = Run([new("failing", failing), new("zero-shot", new ZeroShot())], 2, null, Draw(1), Draw(2));
        Assert.Equal(["Too hard.", null, "Too hard.", null], rows.Select(row => row.Error));
    }

    [Fact]
    public void Stopping_ends_all_runs_and_keeps_the_rows_that_were_finished()
    {
        using var cancel = new CancellationTokenSource();
        using var log = ComparisonLog.Open(_folder["out"]);
        var stopping = new CountedMethod(fit =>
        {
            if (fit == 3)
                cancel.Cancel();
        });
        var comparison = new Comparison([new("counted", stopping)], [.. Enumerable.Range(1, 20).Select(Draw)]) { Parallelism = 2 };
        Assert.Throws<OperationCanceledException>(() => comparison.Run(log, cancellation: cancel.Token));
        Assert.InRange(log.Count, 1, 3);
        log.Dispose();
        Assert.Equal(20, Run([new("counted", new CountedMethod())], 2, null, [.. Enumerable.Range(1, 20).Select(Draw)]).Count);
    }

    [Fact]
    public void Progress_counts_finished_runs_and_notes_come_through()
    {
        var told = new List<(int, int, int)>();
        var notes = new List<string?>();
        var noting = new Noting();
        using var log = ComparisonLog.Open(_folder["out"]);
        new Comparison([new("noting", noting)], [Draw(1), Draw(2), Draw(3)]) { Parallelism = 2 }.Run(log,
            new Told<ComparisonProgress>(value => told.Add((value.Done, value.Runs, value.Parallelism))),
            new Told<FitProgress>(value => notes.Add(value.Note)), Stop);
        Assert.Equal((0, 3, 2), told[0]);
        Assert.All(told, value => Assert.InRange(value.Item1, 0, 2));
        Assert.Equal(["Read this.", "Read this.", "Read this."], notes);
    }

    [Fact]
    public void Work_that_does_not_fit_into_memory_waits_and_what_fits_nowhere_runs_alone()
    {
        var (running, most) = (0, new ConcurrentBag<(int Bytes, int Running)>());
        Action Work(int bytes) => () =>
        {
            most.Add((bytes, Interlocked.Increment(ref running)));
            Thread.Sleep(10);
            Interlocked.Decrement(ref running);
        };
        MemoryBoundedScheduler.Run([.. ((int[])[6, 6, 6, 25, 6, 6]).Select(bytes => ((long)bytes, Work(bytes)))],
            parallelism: 3, bytes: 10);
        Assert.Equal(6, most.Count);
        Assert.All(most, seen => Assert.Equal(1, seen.Running));
    }

    [Fact]
    public void Each_thread_has_its_part_of_the_cores_and_the_caller_gets_his_back()
    {
        set_num_threads(4);
        var seen = new ConcurrentBag<int>();
        MemoryBoundedScheduler.Run([.. Enumerable.Range(0, 4).Select(_ => (0L, (Action)(() => seen.Add(get_num_threads()))))],
            parallelism: 2, bytes: 0);
        Assert.All(seen, cores => Assert.Equal(2, cores));
        Assert.Equal(4, get_num_threads());
    }

    [Fact]
    public void What_fails_is_thrown_and_nothing_more_is_begun()
    {
        var begun = 0;
        void Fail()
        {
            Interlocked.Increment(ref begun);
            throw new KedgeException("The disk is full.");
        }
        Assert.Equal("The disk is full.", Assert.Throws<KedgeException>(
            () => MemoryBoundedScheduler.Run([.. Enumerable.Repeat((0L, (Action)Fail), 50)], parallelism: 2, bytes: 0)).Message);
        Assert.InRange(begun, 1, 2);
    }

    [Fact]
    public void Seconds_that_were_measured_beside_other_runs_say_so()
    {
        var rows = Run([new("zero-shot", new ZeroShot())], 2, null, Draw(1));
        Assert.Contains(" Measured with 2 runs at once, which slow each other: not to be held against seconds of a run alone.\n",
            ComparisonTables.Write(rows, []), StringComparison.Ordinal);
        Assert.DoesNotContain("at once", ComparisonTables.Write([.. rows.Select(row => row with { Parallelism = null })], []),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_fit_of_more_than_two_gigabytes_is_told_before_it_runs()
    {
        using var scope = NewDisposeScope();
        const int many = 12_000;
        var task = _synthetic.Make(_synthetic.Support.narrow(0, 0, 1).repeat(1, many / 16, 1), _synthetic.Labels.repeat(many / 16));
        var comparison = new Comparison(MethodVariant.ParseList("ape,ape-t,proker,fuse[methods=zero-shot,proker]", MethodCatalog.Default),
            [Draw(1) with { Task = task, Shots = 3000 }]);
        Assert.Equal(["proker takes about 2.3 GB of memory on drawn, 3000 shots.",
            "fuse[methods=zero-shot,proker] takes about 2.3 GB of memory on drawn, 3000 shots."], comparison.Validate());
        Assert.Empty(new Comparison(MethodVariant.ParseList("proker,ape,gda,zero-shot", MethodCatalog.Default), [Draw(1)]).Validate());
    }

    [Fact]
    public void A_fit_of_more_memory_than_there_is_is_refused()
    {
        var refused = Assert.Throws<KedgeException>(() => new Huge().Fit(_synthetic.Task, cancellation: Stop));
        Assert.Matches(@"^Fitting huge found 16 support images, which take about 1000000000\.0 GB, and this process may use \d+\.\d GB: take fewer shots\.$", refused.Message);
    }

    [Fact]
    public void Rows_in_blocks_are_the_rows_at_once()
    {
        using var scope = NewDisposeScope();
        var halves = FitMemory.InBlocks(_synthetic.Queries, keys: 1 << 23, rows => rows * 2); // two rows a block
        Assert.True(halves.equal(_synthetic.Queries * 2).all().item<bool>());
    }

    public void Dispose()
    {
        set_num_threads(_cores);
        _labels.Dispose();
        _synthetic.Dispose();
        _folder.Dispose();
    }

    private ComparisonTask Draw(int seed) =>
        new("drawn", 4, seed, "no model", "model", "task", _synthetic.Task, new LabelledFeatures(_synthetic.Queries, _labels));

    private IReadOnlyList<ComparisonRow> Run(
        IReadOnlyList<MethodVariant> methods, int atOnce, IProgress<ComparisonProgress>? progress, params ComparisonTask[] tasks)
    {
        using var log = ComparisonLog.Open(_folder["out"]);
        return new Comparison(methods, tasks) { Parallelism = atOnce }.Run(log, progress, cancellation: Stop);
    }

    /// <summary>By method, the logits of all queries that its fit within a comparison gives.</summary>
    private SortedDictionary<string, float[]> Logits(string[] names, int atOnce)
    {
        var logits = new ConcurrentDictionary<string, float[]>();
        using var folder = new TemporaryFolder();
        using var log = ComparisonLog.Open(folder["out"]);
        MethodVariant[] recorded = [.. names.Select(name => new MethodVariant(name,
            new Recorded(MethodVariant.Parse(name, MethodCatalog.Default).Method, _synthetic.Queries, found => logits[name] = found)))];
        Assert.All(new Comparison(recorded, [Draw(1)]) { Parallelism = atOnce }.Run(log, cancellation: Stop),
            row => Assert.Null(row.Error));
        return new(logits);
    }

    private sealed class Told<T>(Action<T> tell) : IProgress<T>
    {
        public void Report(T value) => tell(value);
    }

    /// <summary>Fits another method and hands on what that makes of the queries.</summary>
    private sealed class Recorded(FewShotMethod inner, Tensor queries, Action<float[]> record) : FewShotMethod("recorded", new NoOptions())
    {
        protected override Fitted FitCore(FewShotTask task, FitRun run)
        {
            using var classifier = inner.Fit(task, cancellation: run.Cancellation);
            record(classifier.Logits(queries).data<float>().ToArray());
            return LinearClassifier.FromWeight(task.Classes.Features);
        }

        protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
    }

    private sealed class Noting() : FewShotMethod("noting", new NoOptions())
    {
        protected override Fitted FitCore(FewShotTask task, FitRun run)
        {
            run.Report(1, 1);
            run.Note("Read this.");
            return LinearClassifier.FromWeight(task.Classes.Features);
        }

        protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
    }

    private sealed class Huge() : FewShotMethod("huge", new NoOptions())
    {
        protected internal override long BytesToFit(FewShotTask task) => 1_000_000_000_000_000_000;

        protected override Fitted FitCore(FewShotTask task, FitRun run) => LinearClassifier.FromWeight(task.Classes.Features);

        protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
    }
}
