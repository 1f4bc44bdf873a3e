using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.FewShot;

/// <summary>What holds for every method that learns further classes.</summary>
public class ContinuationTests
{
    private const double SumTolerance = 2e-3; // of logits up to a hundred, from sums in another order

    public static TheoryData<string> Names =>
        [.. MethodCatalog.Default.Names.Where(name => MethodCatalog.Default.Create(name).Continues)];

    /// <summary>Those whose classifier does not depend on how classes are parted into tasks.</summary>
    public static TheoryData<string> Exact => ["zero-shot", "nearest-class-mean", "running-gda", "running-ridge"];

    [Fact]
    public void These_methods_continue() => Assert.Equal(
        ["zero-shot", "nearest-class-mean", "running-gda", "running-ridge", "coop", "attriclip"], Names.Select(row => row.Data));

    [Theory, MemberData(nameof(Names))]
    public void All_classes_are_known_and_the_classifier_before_stays(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 6, shots: 3);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        var method = Method(name);
        using var first = stream.Learn(method, tasks: 1);
        using var logits = first.Logits(synthetic.Queries);
        using var next = method.Continue(first, stream.Task(1), cancellation: TestContext.Current.CancellationToken);
        using var again = first.Logits(synthetic.Queries);
        using var all = next.Logits(synthetic.Queries);
        Assert.Equal(logits.data<float>(), again.data<float>());
        Assert.Equal(["class 0", "class 1", "class 2", "class 3"], next.ClassNames);
        Assert.Equal([48, 4], all.shape);
    }

    [Theory, MemberData(nameof(Names))]
    public void The_same_stream_gives_the_same_bits(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        Assert.Equal(Logits(), Logits());

        float[] Logits()
        {
            using var classifier = stream.Learn(Method(name), tasks: 2);
            using var logits = classifier.Logits(synthetic.Queries);
            return [.. logits.data<float>()];
        }
    }

    [Theory, MemberData(nameof(Exact))]
    public void Classes_one_task_after_the_other_are_learned_as_all_at_once(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 6, shots: 4);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        using var streamed = stream.Learn(Method(name), tasks: 3);
        using var whole = Method(name).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        using var scope = NewDisposeScope();
        var difference = (streamed.Logits(synthetic.Queries) - whole.Logits(synthetic.Queries)).abs().max().item<float>();
        Assert.InRange(difference, 0, SumTolerance);
    }

    [Fact]
    public void A_class_that_is_known_is_refused()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 2);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        using var first = stream.Learn(new ZeroShot(), tasks: 1);
        Assert.Equal("Learning further classes found 'class 0', which the classifier has learned before: take the class away, " +
            "or start anew with all of its images.",
            Assert.Throws<KedgeException>(() => new ZeroShot()
                .Continue(first, stream.Task(0), null, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_method_that_learns_all_classes_at_once_is_refused()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 2);
        using var stream = new ClassStream(synthetic, classesATask: 2);
        var method = MethodCatalog.Default.Create("gda");
        using var first = stream.Learn(method, tasks: 1);
        Assert.Equal("Learning further classes found the method gda with the options " +
            "{\"alpha\":null,\"priorShare\":null,\"balanceClasses\":true}, which learns all its classes at once: " +
            "fit it on all of them together.",
            Assert.Throws<KedgeException>(() => method
                .Continue(first, stream.Task(1), null, TestContext.Current.CancellationToken)).Message);
    }

    private static FewShotMethod Method(string name) => name switch
    {
        "coop" => new CoOp(new() { Epochs = 3, ContextTokens = 2 }),
        "attriclip" => new AttriClip(new() { Epochs = 2, Prompts = 5, ContextTokens = 2, Picks = 2 }),
        _ => MethodCatalog.Default.Create(name),
    };
}
