using System.Text.Json;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class ClapTests
{
    private const double Tolerance = 1e-4; // single precision, through ten steps
    private const int Epochs = 10, Width = 6;

    /// <summary>By hand on prototypes of their own length, which the method scales to unit ones.</summary>
    [Theory, InlineData("clap", 10), InlineData("clap", 2), InlineData("zs-lp", 10), InlineData("zs-lp", 0.5)]
    public void It_descends_as_momentum_does_by_hand(string name, double length)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var start = t.SelectMany(row => row.Select(x => x * length)).ToArray();
        var strengths = t.Select((_, c) => name == "zs-lp"
            ? 0
            : views.SelectMany(view => view.Where((_, n) => labels[n] == c)).Average(f => Softmax(LogitsOf(start, f))[c])).ToArray();
        var learned = Sgd(start, Epochs, 0.05, 0.9, (epoch, w) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(w, f)), labels)
            + strengths.Select((strength, c) =>
                strength * Enumerable.Range(c * Width, Width).Sum(i => (w[i] - start[i]) * (w[i] - start[i])))
                .Average());
        var options = new ClapOptions { BalanceClasses = false, Epochs = Epochs, LearningRate = 0.05, Length = length };
        Assert.InRange(LargestDifference(name == "clap" ? new Clap(options) : new ZsLp(options), synthetic, f => LogitsOf(learned, f)),
            0, Tolerance);
    }

    /// <summary>By hand on prototypes that each have the norm of their own text feature.</summary>
    [Theory, InlineData("clap"), InlineData("zs-lp")]
    public void It_starts_at_the_norms_of_the_text_features(string name)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        float[] norms = [7, 10, 3];
        using var own = tensor(norms);
        var task = WithNorms(synthetic.Task, own);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        double[] start = [.. t.SelectMany((row, c) => row.Select(x => x * norms[c]))];
        double[] strengths = [.. t.Select((_, c) => name == "zs-lp" ? 0 : views.SelectMany(view => view.Where((_, n) => labels[n] == c))
            .Average(f => Softmax(LogitsOf(start, f))[c]))];
        var learned = Sgd(start, Epochs, 0.05, 0.9, (epoch, w) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(w, f)), labels)
            + strengths.Select((strength, c) =>
                strength * Enumerable.Range(c * Width, Width).Sum(i => (w[i] - start[i]) * (w[i] - start[i]))).Average());
        var options = new ClapOptions { BalanceClasses = false, Epochs = Epochs, LearningRate = 0.05 };
        FewShotMethod method = name == "clap" ? new Clap(options) : new ZsLp(options);
        using var classifier = method.Fit(task, null, TestContext.Current.CancellationToken);
        using var logits = classifier.Logits(synthetic.Queries);
        Assert.All(Rows(synthetic.Queries).SelectMany(f => LogitsOf(learned, f)).Zip(logits.data<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, Tolerance * SyntheticTask.LogitScale));
    }

    [Theory, InlineData("clap"), InlineData("zs-lp"), InlineData("taskres")]
    public void Unknown_norms_are_ten_and_that_is_said(string name)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        using var ten = full(3, 10f);
        var notes = new Notes();
        using var unknown = Create(name).Fit(synthetic.Task, notes, TestContext.Current.CancellationToken);
        using var known = Create(name).Fit(WithNorms(synthetic.Task, ten), null, TestContext.Current.CancellationToken);
        Assert.Equal([$"The norms of the text features are unknown; {name} takes 10 for all classes."], notes.Said);
        using var scope = NewDisposeScope();
        Assert.Equal(known.Logits(synthetic.Queries).data<float>(), unknown.Logits(synthetic.Queries).data<float>());
    }

    [Fact]
    public void The_constraint_keeps_prototypes_nearer_to_the_names()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        var options = new ClapOptions { Length = 1 };
        Assert.True(Distance(new Clap(options)) < 0.8 * Distance(new ZsLp(options)));

        double Distance(FewShotMethod method)
        {
            using var classifier = method.Fit(synthetic.Task);
            return Math.Sqrt(Rows(classifier.State.Tensors["weight"])
                .Zip(Rows(synthetic.Classes), (w, t) => w.Zip(t, (x, y) => (x - y) * (x - y)).Sum()).Sum());
        }
    }

    private static FewShotTask WithNorms(FewShotTask task, Tensor norms) =>
        new(task.Support, task.Classes with { Norms = norms }, task.Encoder);

    private static FewShotMethod Create(string name) =>
        MethodCatalog.Default.Create(name, JsonSerializer.SerializeToElement(new { epochs = 3 }));

    private sealed class Notes : IProgress<FitProgress>
    {
        public List<string> Said { get; } = [];

        public void Report(FitProgress value)
        {
            if (value.Note is { } note)
                Said.Add(note);
        }
    }

    private static double[] LogitsOf(double[] w, double[] f) =>
        [.. w.Chunk(Width).Select(row => SyntheticTask.LogitScale * Dot(f, Unit(row)))];
}
