using System.Text.Json;
using Kedge.Evaluation;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Experiments;

public sealed class ComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 3, shots: 2);
    private readonly Tensor _labels;

    public ComparisonTests() => _labels = tensor(_synthetic.QueryLabels.Select(label => (long)label).ToArray()).DetachFromDisposeScope();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Rows => _folder["out/rows.jsonl"];

    [Fact]
    public void A_row_says_what_the_classifier_says()
    {
        var row = Run([new("zero-shot", new ZeroShot())], Draw(1))[0];
        using var classifier = new ZeroShot().Fit(_synthetic.Task, cancellation: Stop);
        const double floats = 1e-4; // the share was counted in F32
        Assert.Equal(100 * _synthetic.Accuracy(classifier), row.Accuracy!.Value, floats);
        Assert.Equal(("zero-shot", "drawn", 2, 1, "none", null, 6, 24),
            (row.Method, row.Task, row.Shots, row.Seed, row.Selection, row.Error, row.Support, row.Queries));
        Assert.True(row is { FitSeconds: >= 0, PredictSeconds: >= 0 });
    }

    [Fact]
    public void A_row_holds_what_was_taken_for_what_and_how_large_the_classifier_is()
    {
        var row = Run([new("zero-shot", new ZeroShot())], Draw(1))[0];
        using var classifier = new ZeroShot().Fit(_synthetic.Task, cancellation: Stop);
        using var logits = classifier.Logits(_synthetic.Queries);
        Assert.Equal(ConfusionMatrix.From(EvaluationResult.Compute(logits, _synthetic.QueryLabels, classifier.ClassNames)), row.Confusion);
        Assert.Equal(_synthetic.Task.Classes.Count * _synthetic.Task.FeatureWidth, row.Numbers);
        using var predicted = logits.argmax(1);
        Assert.Equal(predicted.data<long>().Zip(_synthetic.QueryLabels, (chosen, label) => chosen == label),
            CorrectnessBits.Read(row.Correct!, row.Queries));
    }

    [Fact]
    public void Above_a_hundred_classes_a_row_does_not_hold_what_was_taken_for_what()
    {
        using var large = SyntheticTask.Even(classes: 101, shots: 1);
        using var labels = tensor(large.QueryLabels.Select(label => (long)label).ToArray());
        var row = Run([new("zero-shot", new ZeroShot())],
            Draw(1) with { Task = large.Task, Query = new LabelledFeatures(large.Queries, labels) })[0];
        Assert.True(row is { Accuracy: not null, Confusion: null });
    }

    [Fact]
    public void A_second_run_fits_nothing_again()
    {
        var method = new CountedMethod();
        var first = Run([new("counted", method)], Draw(1), Draw(2));
        Assert.Equal(2, method.Fits);
        Assert.Equal(first, Run([new("counted", method)], Draw(1), Draw(2)));
        Assert.Equal(2, method.Fits);
        Run([new("counted", method)], Draw(1), Draw(2), Draw(3));
        Assert.Equal(3, method.Fits);
    }

    [Theory]
    [InlineData("other", "counted", "model", "task")]
    [InlineData("drawn", "counted[a=1]", "model", "task")]
    [InlineData("drawn", "counted", "another", "task")]
    [InlineData("drawn", "counted", "model", "another")]
    public void Another_task_method_model_or_support_set_is_another_run(string name, string text, string model, string task)
    {
        var method = new CountedMethod();
        Run([new("counted", method)], Draw(1));
        Run([new(text, method)], Draw(1) with { Name = name, ModelFingerprint = model, Fingerprint = task });
        Assert.Equal(2, method.Fits);
    }

    [Fact]
    public void A_run_that_is_stopped_keeps_its_rows_and_the_next_goes_on()
    {
        using var cancel = new CancellationTokenSource();
        var stopped = new CountedMethod(fit =>
        {
            if (fit == 2)
                cancel.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Run([new("counted", stopped)], cancel.Token, Draw(1), Draw(2), Draw(3)));
        Assert.Single(File.ReadAllLines(Rows));
        var next = new CountedMethod();
        Assert.Equal([1, 2, 3], Run([new("counted", next)], Draw(1), Draw(2), Draw(3)).Select(row => row.Seed));
        Assert.Equal(2, next.Fits);
    }

    [Fact]
    public void A_last_line_that_was_not_written_to_its_end_is_run_again()
    {
        var method = new CountedMethod();
        Run([new("counted", method)], Draw(1), Draw(2));
        File.WriteAllText(Rows, File.ReadAllText(Rows)[..^20]);
        Run([new("counted", method)], Draw(1), Draw(2));
        Assert.Equal(3, method.Fits);
        Run([new("counted", method)], Draw(1), Draw(2));
        Assert.Equal((3, 2), (method.Fits, File.ReadAllLines(Rows).Length));
    }

    [Fact]
    public void A_method_that_fails_is_a_row_with_its_reason_and_the_others_go_on()
    {
        var failing = new CountedMethod(fit => throw (fit == 1
            ? new KedgeException("Too hard.")
            : new InvalidOperationException("first line\nplaces in the source")));
        var rows = Run([new("failing", failing), new("zero-shot", new ZeroShot())], Draw(1), Draw(2));
        Assert.Equal(["Too hard.", null, "InvalidOperationException: first line", null], rows.Select(row => row.Error));
        Assert.True(rows[0] is { Accuracy: null, FitSeconds: null, PredictSeconds: null, Selection: null });
        Run([new("failing", failing)], Draw(1), Draw(2));
        Assert.Equal(2, failing.Fits);
        using var log = ComparisonLog.Open(_folder["out"], retry: true);
        new Comparison([new("failing", failing)], [Draw(1), Draw(2)]).Run(log, cancellation: Stop);
        Assert.Equal(4, failing.Fits);
    }

    [Fact]
    public void What_a_task_lacks_is_said_before_anything_runs()
    {
        var task = new FewShotTask(new(empty(1, 0, 16), empty(0, dtype: ScalarType.Int64)),
            new(_synthetic.Task.Classes.Names, _synthetic.Classes, 10, []));
        var comparison = new Comparison([new("zero-shot", new ZeroShot()), new("mean", new NearestClassMean())],
            [Draw(1) with { Task = task }, Draw(2) with { Task = task }]);
        Assert.Equal(["mean is left out on drawn. Fitting nearest-class-mean found no support image of 'class 0', 'class 1', 'class 2': " +
            "it needs at least one of each class."], comparison.Validate());
    }

    [Fact]
    public void Tasks_that_tables_could_not_tell_apart_are_refused() => Assert.Equal(
        "Comparing found 2 tasks that tables would both call 'drawn, 2 shots, seed 1': rename one of them.",
        Assert.Throws<KedgeException>(() => new Comparison([], [Draw(1), Draw(2), Draw(1)])).Message);

    [Fact]
    public void A_line_that_is_no_row_is_named()
    {
        _folder.Write("out/rows.jsonl", "{}\n");
        Assert.StartsWith($"Line 1 of '{Rows}' is no row of a comparison (",
            Assert.Throws<KedgeException>(() => ComparisonLog.Open(_folder["out"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_keep_their_names_in_the_log()
    {
        Run([new("zero-shot", new ZeroShot())], Draw(1));
        using var row = JsonDocument.Parse(File.ReadAllText(Rows));
        Assert.Equal(
            ["method", "task", "shots", "seed", "part", "accuracy", "balanced_accuracy", "fit_seconds",
                "predict_seconds", "selection", "numbers", "confusion", "right",
                "at_once", "error", "support", "queries", "model", "model_fingerprint", "task_fingerprint"],
            row.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void A_row_whose_right_images_are_damaged_is_named_and_one_without_them_is_read()
    {
        Run([new("zero-shot", new ZeroShot())], Draw(1));
        var line = File.ReadAllText(Rows);
        var right = line.Split("\"right\":")[1].Split(',')[0];
        File.WriteAllText(Rows, line.Replace(right, "\"AAAAAAAA\"", StringComparison.Ordinal));
        Assert.StartsWith($"Line 1 of '{Rows}' is no row of a comparison (Its right images are not base64 of 24 bits.): ",
            Assert.Throws<KedgeException>(() => ComparisonLog.Open(_folder["out"])).Message, StringComparison.Ordinal);
        File.WriteAllText(Rows, line.Replace($",\"right\":{right}", "", StringComparison.Ordinal));
        Assert.True(Run([new("zero-shot", new ZeroShot())], Draw(1)).Single() is { Correct: null, Accuracy: not null });
    }

    [Fact]
    public void Two_comparisons_do_not_write_to_one_folder()
    {
        using var log = ComparisonLog.Open(_folder["out"]);
        Assert.StartsWith($"The rows of the comparison in '{_folder["out"]}' cannot be opened: ",
            Assert.Throws<KedgeException>(() => ComparisonLog.Open(_folder["out"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_comparison_without_rows_leaves_nothing()
    {
        ComparisonLog.Open(_folder["out"]).Dispose();
        Assert.False(Path.Exists(_folder["out"]));
    }

    [Fact]
    public void No_tensor_outlives_a_run()
    {
        var method = new CountedMethod(fit => throw new KedgeException("Too hard."));
        var draw = Draw(1);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run([new("tip", new TipAdapter(new())), new("failing", method)], draw);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        _labels.Dispose();
        _synthetic.Dispose();
        _folder.Dispose();
    }

    private ComparisonTask Draw(int seed) =>
        new("drawn", 2, seed, "no model", "model", "task", _synthetic.Task, new LabelledFeatures(_synthetic.Queries, _labels));

    private IReadOnlyList<ComparisonRow> Run(IReadOnlyList<MethodVariant> methods, params ComparisonTask[] tasks) =>
        Run(methods, Stop, tasks);

    private IReadOnlyList<ComparisonRow> Run(
        IReadOnlyList<MethodVariant> methods, CancellationToken cancellation, params ComparisonTask[] tasks)
    {
        using var log = ComparisonLog.Open(_folder["out"]);
        return new Comparison(methods, tasks).Run(log, cancellation: cancellation);
    }
}
