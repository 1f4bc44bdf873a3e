using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Reports.Comparisons;
using Kedge.Runtime;
using Kedge.Tasks;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Experiments;

public sealed class ProtocolTests : IDisposable
{
    private const double Floats = 1e-4; // per cent; shares are counted in other ways

    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 5, shots: 3);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Base_to_new_learns_the_first_half_and_names_the_other_after_the_fit()
    {
        var task = Under(Protocol.BaseToNew, Draw("drawn"))[0];
        Assert.Equal(["class 0", "class 1", "class 2"], task.Task.Classes.Names); // 5 classes: 3 are base
        Assert.Equal((9, "base", true), (task.Task.Support.Count, task.Part, task.HasHarmonicMean));
        var later = Assert.IsType<NovelClasses>(Assert.Single(task.Splits));
        Assert.Equal(["class 3", "class 4"], later.Classes.Names);
        Assert.Equal((24, 16), (task.Query.Count, later.Query.Count));

        var rows = Run(task, "zero-shot");
        Assert.Equal([("base", 24), ("new", 16), ("harmonic", 40)], rows.Select(row => (row.Part!, row.Queries)));
        Assert.Equal(Share(0, 3), rows[0].Accuracy!.Value, Floats);
        Assert.Equal(Share(3, 5), rows[1].Accuracy!.Value, Floats);
        Assert.Equal(2 * Share(0, 3) * Share(3, 5) / (Share(0, 3) + Share(3, 5)), rows[2].Accuracy!.Value, Floats);
        Assert.True(rows[2] is { FitSeconds: null, PredictSeconds: null, Selection: "none", Confusion: null });
    }

    [Fact]
    public void Continual_learns_tasks_one_after_the_other_and_tells_what_was_kept()
    {
        var task = Stream(Draw("drawn"));
        Assert.Equal([3, 2], task.Stream!.Sizes);
        var rows = Run(task, "nearest-class-mean");
        Assert.Equal(["last", "mean", "forgetting", "backward", "forward", "after task 1", "after task 2"], rows.Select(row => row.Part));
        Assert.Equal([40, 40, 40, 40, 40, 24, 40], rows.Select(row => row.Queries));
        Assert.Equal(rows[0].Accuracy, rows[6].Accuracy);
        Assert.Equal((rows[5].Accuracy!.Value + rows[6].Accuracy!.Value) / 2, rows[1].Accuracy!.Value, Floats);
        Assert.Equal("nearest-class-mean knows only the classes that it was fitted on.", rows[4].Error);
        Assert.All(rows.Where(row => row.Part != "forward"), row => Assert.Null(row.Error));
    }

    [Fact]
    public void Continual_streams_go_through_several_data_sets_and_refuse_a_class_that_arrives_twice() =>
        Assert.Equal("The protocol continual found the class 'class 0' in drawn and again in other: each class may arrive once; " +
            "rename or leave out one of them.",
            Assert.Throws<KedgeException>(() => ProtocolTasks.Of(
                Protocol.Continual, [Draw("drawn"), Draw("other")], tensor => tensor, new(Tasks: 2))).Message);

    [Fact]
    public void Continual_refuses_more_tasks_than_classes() =>
        Assert.Equal("The protocol continual found 5 classes in drawn, too few for 10 tasks: ask for fewer (--tasks).",
            Assert.Throws<KedgeException>(() => Under(Protocol.Continual, Draw("drawn"))).Message);

    [Theory]
    [InlineData("zero-shot")]
    [InlineData("clip-adapter[epochs=0;alpha=0]")]
    [InlineData("linear-adapter[epochs=0]")]
    [InlineData("rtos[steps=0;alpha=0]")]
    [InlineData("rtos-names[alpha=0]")]
    [InlineData("fuse[methods=zero-shot,linear-adapter;weights=[0.5,0.5]]")]
    public void What_is_carried_over_without_having_learned_is_zero_shot_on_the_new_names(string text)
    {
        var row = Run(Under(Protocol.BaseToNew, Draw("drawn"))[0], text)[1];
        Assert.Equal((null, "new"), (row.Error, row.Part));
        if (!text.StartsWith("fuse", StringComparison.Ordinal))
            Assert.Equal(Share(3, 5), row.Accuracy!.Value, Floats);
    }

    [Theory]
    [InlineData("clip-adapter")]
    [InlineData("linear-adapter")]
    [InlineData("rtos[steps=5]")]
    [InlineData("rtos-names")]
    [InlineData("calip")]
    [InlineData("vt-clip[epochs=2]")]
    [InlineData("prolip[epochs=5]")]
    [InlineData("fuse[methods=clip-adapter,rtos-names]")]
    public void Carried_over_to_its_own_classes_a_classifier_gives_the_same_logits(string text)
    {
        using var classifier = MethodVariant.Parse(text, MethodCatalog.Default).Method.Fit(_synthetic.Task, cancellation: Stop);
        using var transferred = classifier.Transfer(new ClassSet(_synthetic.Task.Classes.Names, _synthetic.Classes));
        const float rounding = 1e-4f; // a relation that is computed again
        Assert.Equal(classifier.Logits(_synthetic.Images).data<float>(), transferred!.Logits(_synthetic.Images).data<float>().ToArray(),
            (a, b) => Math.Abs(a - b) <= rounding);
        Assert.Null(transferred.Support);
    }

    [Theory]
    [InlineData("coop[epochs=3;contextTokens=2]", true)]
    [InlineData("coop[epochs=3;contextTokens=2;classSpecific=true]", false)]
    [InlineData("plot[epochs=3;contextTokens=2]", true)]
    public void A_learned_context_is_carried_over_where_classes_share_it(string text, bool shared)
    {
        using var classifier = MethodVariant.Parse(text, MethodCatalog.Default).Method.Fit(_synthetic.Task, cancellation: Stop);
        using var transferred = classifier.Transfer(new ClassSet(_synthetic.Task.Classes.Names, _synthetic.Classes)
        {
            TextTower = _synthetic.Tower,
        });
        Assert.Equal(shared, transferred is not null);
        const float rounding = 1e-4f; // text features that are computed again
        if (transferred is not null)
            Assert.Equal(classifier.Logits(_synthetic.Images).data<float>().ToArray(),
                transferred.Logits(_synthetic.Images).data<float>().ToArray(), (a, b) => Math.Abs(a - b) <= rounding);
        using var blind = classifier.Transfer(new ClassSet(_synthetic.Task.Classes.Names, _synthetic.Classes));
        Assert.Null(blind);
    }

    [Fact]
    public void The_classifier_carried_over_has_tensors_of_its_own_and_leaks_none()
    {
        var other = new ClassSet(["a", "b"], _synthetic.Classes[..2]);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var classifier = MethodVariant.Parse("fuse[methods=clip-adapter,rtos-names]", MethodCatalog.Default).Method
            .Fit(_synthetic.Task, cancellation: Stop))
        {
            using var transferred = classifier.Transfer(other);
            classifier.Dispose();
            Assert.Equal([40, 2], transferred!.Logits(_synthetic.Queries).shape);
            transferred.Logits(_synthetic.Queries).Dispose();
        }
        // the logits, which this test's scope frees
        Assert.InRange(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount - before, 0, 2);
    }

    [Fact]
    public void Methods_that_know_only_their_classes_say_so()
    {
        string[] known = ["zero-shot", "coop", "ntlb", "attriclip", "plot", "calip", "vt-clip", "prolip",
            "clip-lora", "linear-adapter", "clip-adapter", "rtos", "rtos-names"];
        foreach (var name in MethodCatalog.Default.Names.Except(known).Except(["fuse", "rtos+"]))
        {
            var rows = Run(Under(Protocol.BaseToNew, Draw("drawn"))[0], name);
            Assert.Equal((name, null), (name, rows[0].Error));
            Assert.All(rows.Skip(1), row => Assert.Equal($"{name} knows only the classes that it was fitted on.", row.Error));
        }
    }

    [Fact]
    public void Words_that_name_a_new_class_are_no_anchors_any_more()
    {
        using var classifier = MethodVariant.Parse("rtos-names[anchors=[\"fur\",\"wing\",\"leaf\"]]", MethodCatalog.Default).Method
            .Fit(_synthetic.Task, cancellation: Stop);
        using var transferred = classifier.Transfer(new ClassSet(["Wing", "fin"], _synthetic.Classes[..2]));
        Assert.Equal(["fur", "leaf"], transferred!.Anchors!.Names);
    }

    [Fact]
    public void Class_features_of_another_width_are_refused()
    {
        using var classifier = new ZeroShot().Fit(_synthetic.Task, cancellation: Stop);
        Assert.Equal("Carrying zero-shot over found class features of shape [2, 8], expected [2, 16]: " +
            "encode the names with the model that the classifier was fitted on.",
            Assert.Throws<KedgeException>(() => classifier.Transfer(new ClassSet(["a", "b"], _synthetic.Classes[..2, ..8]))).Message);
    }

    [Fact]
    public void Cross_data_set_learns_from_the_first_and_tests_on_the_names_of_the_others()
    {
        using var other = SyntheticTask.Even(classes: 3, shots: 1, seed: 7);
        var tasks = Under(Protocol.CrossDataSet, Draw("first"), Draw("first") with { Seed = 2 }, Draw("second", other));
        Assert.Equal([1, 2], tasks.Select(task => task.Seed));
        var rows = Run(tasks[0], "zero-shot");
        Assert.Equal(["first", "second"], rows.Select(row => row.Part));
        using var classifier = new ZeroShot().Fit(other.Task, cancellation: Stop);
        Assert.Equal(100 * other.Accuracy(classifier), rows[1].Accuracy!.Value, Floats);
        Assert.Equal("The protocol cross-data-set found first alone: it learns from the first data set and tests on the others; " +
            "give at least two.",
            Assert.Throws<KedgeException>(() => Under(Protocol.CrossDataSet, Draw("first"))).Message);
        Assert.Equal("The protocol cross-data-set found first as features of no model and second as features of RN50: " +
            "encode both with one model.",
            Assert.Throws<KedgeException>(
                () => Under(Protocol.CrossDataSet, Draw("first"), Draw("second", other) with { Model = "RN50" })).Message);
    }

    [Fact]
    public void Domain_shift_matches_classes_by_name_in_any_order()
    {
        var names = _synthetic.Task.Classes.Names.Reverse().ToArray(); // label 0 is class 4 there
        var target = Named("sketch", names, tensor(_synthetic.QueryLabels.Select(label => 4L - label).ToArray()), _synthetic.Queries);
        var rows = Run(Under(Protocol.DomainShift, Draw("photo"), target)[0], "tip-adapter");
        Assert.Equal(["photo", "sketch"], rows.Select(row => row.Part));
        Assert.Equal(rows[0].Accuracy!.Value, rows[1].Accuracy!.Value, Floats); // the same images under other numbers
    }

    [Fact]
    public void Domain_shift_takes_some_of_the_classes_and_says_how_many()
    {
        using var scope = NewDisposeScope();
        var labels = tensor(_synthetic.QueryLabels.Select(label => (long)label).ToArray());
        var rows = labels.lt(2).nonzero().squeeze(1);
        var target = Named("sketch", ["class 0", "class 1"], labels.index_select(0, rows), _synthetic.Queries.index_select(0, rows));
        var row = Run(Under(Protocol.DomainShift, Draw("photo"), target)[0], "zero-shot")[1];
        Assert.Equal(("sketch (2 of 5 classes)", 16), (row.Part, row.Queries));
        Assert.Equal(Share(0, 2), row.Accuracy!.Value, Floats);
    }

    [Fact]
    public void Domain_shift_refuses_other_class_names() => Assert.Equal(
        "The protocol domain-shift found 2 of the 2 classes of sketch that photo does not have ('cat', 'dog'): " +
            "its data sets must have the same class names, or some of the first's.",
        Assert.Throws<KedgeException>(() =>
            Under(Protocol.DomainShift, Draw("photo"), Named("sketch", ["cat", "dog"], tensor([0L, 1]), _synthetic.Queries[..2]))).Message);

    [Fact]
    public void Without_a_vocabulary_names_are_withheld()
    {
        var named = new FewShotTask(
            new(_synthetic.Support, _synthetic.Labels) { Names = [.. Enumerable.Range(0, 15).Select(i => $"oak/{i}.jpg")] },
            new(["oak", "elm", "fir", "yew", "ash"], _synthetic.Classes, 10, ["a photo of a {}."]),
            new() { TextTower = _synthetic.Tower });
        var task = Under(Protocol.VocabularyFree, Draw("drawn") with { Task = named })[0].Task;
        Assert.Equal(["class 1", "class 2", "class 3", "class 4", "class 5"], task.Classes.Names);
        Assert.Equal((false, null), (task.Classes.HasNames, task.Support.Names));
        Assert.Equal("The features of class names were asked for of a task that has no class names: " +
            "take a method that does not look at them.",
            Assert.Throws<KedgeException>(() => task.Classes.Features).Message);
    }

    [Fact]
    public void Without_a_vocabulary_each_method_gives_what_it_gives_with_names_or_says_beforehand_that_it_needs_them()
    {
        string[] free = ["nearest-class-mean", "running-gda", "running-ridge", "sim", "linear-probe", "fuse[methods=sim,linear-probe]"];
        MethodVariant[] methods =
            [.. MethodCatalog.Default.Names.Concat(free).Distinct().Select(name => MethodVariant.Parse(name, MethodCatalog.Default))];
        var tasks = Under(Protocol.VocabularyFree, Draw("drawn"));
        var notes = new Comparison(methods, tasks).Validate();
        Assert.Equal(methods.Length - free.Length, notes.Count);
        Assert.Equal("zero-shot is left out on drawn. Fitting zero-shot found a task without class names, which it looks at: " +
            "name the classes, or take a method that learns from images alone, such as sim or linear-probe.", notes[0]);
        foreach (var name in free)
        {
            Assert.Equal(Run(Draw("drawn"), name)[0].Accuracy, Run(tasks[0], name)[0].Accuracy);
            Assert.DoesNotContain(notes, note => note.StartsWith($"{name} is", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Tables_have_a_column_a_part()
    {
        var rows = Run(Under(Protocol.BaseToNew, Draw("drawn"))[0], "zero-shot,gda");
        var text = ComparisonTables.Write(rows, []);
        Assert.Contains("Top-1 accuracy in per cent: base on 24 test images; new on 16 test images; harmonic, the harmonic mean of both. " +
            "Nothing was learned from images of any part but base.\n", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\| method    \| base, 3 shots \| new, 3 shots \| harmonic, 3 shots \|$", text);
        Assert.Matches(@"(?m)^\| gda       \| +\d+\.\d \| +failed \| +failed \|$", text);
        Assert.Contains("- gda, new, 3 shots, seed 1; harmonic, 3 shots, seed 1: gda knows only the classes that it was fitted on.\n",
            text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\| method    \| +3 shots \| +numbers \| chosen on \|$",
            text.Replace("  chosen", " chosen", StringComparison.Ordinal).Replace("  chosen", " chosen", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_of_several_parts_is_finished_when_all_are()
    {
        var method = new CountedMethod();
        var tasks = Under(Protocol.BaseToNew, Draw("drawn"));
        Run(tasks, [new("counted", method)]);
        var lines = File.ReadAllLines(_folder["out/rows.jsonl"]);
        Assert.Equal(3, lines.Length);
        Run(tasks, [new("counted", method)]);
        Assert.Equal(1, method.Fits);
        File.WriteAllLines(_folder["out/rows.jsonl"], lines[..2]);
        Assert.Equal(3, Run(tasks, [new("counted", method)]).Count);
        Assert.Equal(2, method.Fits);
    }

    [Fact]
    public void A_method_is_handed_the_images_to_learn_from_and_no_others()
    {
        Type[] unseen = [typeof(LabelledFeatures), typeof(EvaluationSplit), typeof(ComparisonTask), typeof(FeatureTask)];
        var validation = $"<{nameof(FewShotTask.Validation)}>k__BackingField"; // of a validation part alone, as ValidationTests hold
        var reachable = new HashSet<Type>();
        Visit(typeof(FewShotTask));
        Assert.Empty(reachable.Intersect(unseen));

        void Visit(Type type)
        {
            if (!type.Namespace?.StartsWith("Kedge", StringComparison.Ordinal) ?? true)
                return;
            if (!reachable.Add(type))
                return;
            const System.Reflection.BindingFlags all =
                System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
            foreach (var field in type.GetFields(all).Where(field => type != typeof(FewShotTask) || field.Name != validation))
                Visit(field.FieldType);
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        _synthetic.Dispose();
        _folder.Dispose();
    }

    private ComparisonTask Draw(string name, SyntheticTask? synthetic = null)
    {
        synthetic ??= _synthetic;
        var labels = tensor(synthetic.QueryLabels.Select(label => (long)label).ToArray());
        return new(name, 3, 1, "no model", "model", name, synthetic.Task, new LabelledFeatures(synthetic.Images, labels));
    }

    /// <summary>A data set that is only tested on.</summary>
    private ComparisonTask Named(string name, string[] classNames, Tensor labels, Tensor queries)
    {
        var task = new FewShotTask(new(empty(1, 0, 16), empty(0, dtype: ScalarType.Int64)),
            new(classNames, _synthetic.Classes[..classNames.Length], SyntheticTask.LogitScale, []));
        return new(name, 0, 0, "no model", "model", name, task, new LabelledFeatures(queries, labels));
    }

    private static ComparisonTask Stream(ComparisonTask draw) =>
        ProtocolTasks.Of(Protocol.Continual, [draw], tensor => tensor.MoveToOuterDisposeScope(), new(Tasks: 2, Memory: 1))[0];

    private static IReadOnlyList<ComparisonTask> Under(Protocol protocol, params ComparisonTask[] draws) =>
        ProtocolTasks.Of(protocol, draws, tensor => tensor.MoveToOuterDisposeScope());

    private IReadOnlyList<ComparisonRow> Run(ComparisonTask task, string methods) =>
        Run([task], MethodVariant.ParseList(methods, MethodCatalog.Default));

    private IReadOnlyList<ComparisonRow> Run(IReadOnlyList<ComparisonTask> tasks, IReadOnlyList<MethodVariant> methods)
    {
        using var log = ComparisonLog.Open(_folder["out"]);
        return new Comparison(methods, tasks).Run(log, cancellation: Stop);
    }

    /// <summary>
    /// Zero-shot's accuracy on the queries of the classes from … to among these classes, by plain loops.
    /// </summary>
    private double Share(int from, int to)
    {
        var (queries, classes) = (_synthetic.Queries.data<float>().ToArray(), _synthetic.Classes.data<float>().ToArray());
        double Dot(int query, int c) => Enumerable.Range(0, 16).Sum(d => (double)queries[(query * 16) + d] * classes[(c * 16) + d]);
        int[] asked = [.. Enumerable.Range(0, _synthetic.QueryLabels.Length)
            .Where(q => _synthetic.QueryLabels[q] >= from && _synthetic.QueryLabels[q] < to)];
        return 100.0 * asked.Count(q => Enumerable.Range(from, to - from).MaxBy(c => Dot(q, c)) == _synthetic.QueryLabels[q])
            / asked.Length;
    }
}
