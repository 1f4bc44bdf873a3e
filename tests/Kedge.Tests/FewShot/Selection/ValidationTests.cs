using System.Reflection;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.FewShot.Selection;

public sealed class ValidationTests : IDisposable
{
    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 4, shots: 4);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly LabelledFeatures _set;
    private readonly FewShotTask _task;

    public ValidationTests()
    {
        _set = new(_synthetic.Queries, tensor(_synthetic.QueryLabels.Select(label => (long)label).ToArray()));
        _task = _synthetic.Task.With(_set);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static FitRun Run => new(progress: null, Stop);

    [Fact]
    public void Of_a_grid_the_point_with_the_most_images_right_is_taken()
    {
        var set = new LabelledFeatures(zeros(4, 2), tensor([0L, 0, 1, 1]));
        // the first so many are right
        Tensor Right(int count) => stack(Enumerable.Range(0, 4).Select(i => (i < count) == (i < 2) ? tensor([2f, 0]) : tensor([0f, 2])));
        Assert.Equal(3, ValidationSearch.Best(set, Run, [1, 3, 2], Right));
        Assert.Equal((3, "b"), ValidationSearch.Best(set, Run, [1, 3, 2], Right,
            ["a", "b"], (logits, name) => logits * (name == "b" ? 1 : 0)));
    }

    [Fact]
    public void Of_equal_points_the_surest_is_taken_and_of_those_the_first()
    {
        var set = new LabelledFeatures(zeros(2, 2), tensor([0L, 1]));
        Tensor Sure(double by) => tensor([1f, 0, 0, 1], [2, 2]) * by;
        Assert.Equal(3, ValidationSearch.Best(set, Run, [1.0, 3, 2], Sure));
        Assert.Equal("first", ValidationSearch.Best(set, Run, ["first", "second"], _ => Sure(1)));
    }

    [Fact]
    public void A_point_that_diverges_is_not_taken()
    {
        var set = new LabelledFeatures(zeros(2, 2), tensor([0L, 1]));
        Assert.Equal(1, ValidationSearch.Best(set, Run, [0, 1], at => at == 0 ? full(2, 2, float.NaN) : tensor([1f, 0, 0, 1], [2, 2])));
    }

    [Fact]
    public void Grids_are_the_published_ones()
    {
        Assert.Equal((20, 0.1, 5), (TipAdapter.Alphas.Length, TipAdapter.Alphas[0], TipAdapter.Alphas[^1]));
        Assert.Equal((200, 0.1, 13), (TipAdapter.Betas.Length, TipAdapter.Betas[0], TipAdapter.Betas[^1]));
        Assert.Equal((20, 0.1), (Ape.Alphas.Length, Ape.Alphas[0]));
        Assert.Equal(7, Ape.Alphas[^1], 1e-9);
        Assert.Equal([1e-4, 1e-3, 1e-2], ValidationSearch.Powers(-4, -2, 3));
    }

    [Theory]
    [InlineData("tip-adapter", "tip-adapter[alpha=0.1;beta=0.1]", "tip-adapter[alpha=5;beta=13]",
        "tip-adapter[alpha=5;beta=0.1]", "tip-adapter[alpha=0.1;beta=13]")]
    [InlineData("tip-adapter[beta=2]", "tip-adapter[alpha=0.1;beta=2]", "tip-adapter[alpha=5;beta=2]")]
    [InlineData("tip-adapter-f[epochs=0]", "tip-adapter[alpha=0.1;beta=0.1]", "tip-adapter[alpha=5;beta=13]")]
    [InlineData("gda", "gda[alpha=0.0001]", "gda[alpha=0.01]", "gda[alpha=1]", "gda[alpha=100]")]
    [InlineData("proker", "proker[beta=1;lambda=0.1]", "proker[beta=10;lambda=10]",
        "proker[beta=5.5;lambda=1]", "proker[beta=0.5;lambda=0.001]")]
    [InlineData("proker[lambda=3]", "proker[beta=1;lambda=3]", "proker[beta=7.5;lambda=3]")]
    [InlineData("ape", "ape[alpha=0.1;beta=1;gamma=0]", "ape[alpha=7;beta=7;gamma=1]", "ape[alpha=7;beta=1;gamma=0.1]")]
    [InlineData("ape-t[epochs=0]", "tip-adapter[alpha=0.1;beta=1]", "tip-adapter[alpha=7;beta=7]")]
    [InlineData("linear-probe", "linear-probe[strength=0.000001]", "linear-probe[strength=0.01]",
        "linear-probe[strength=1]", "linear-probe[strength=10000]")]
    [InlineData("clip-adapter[epochs=20]", "clip-adapter[epochs=20;alpha=0.2]",
        "clip-adapter[epochs=20;alpha=0.4]", "clip-adapter[epochs=20;alpha=0.6]", "clip-adapter[epochs=20;alpha=0.8]")]
    [InlineData("lp++[epochs=6]", "lp++[epochs=6]")]
    public void What_is_chosen_is_as_good_on_the_validation_set_as_any_point_of_the_grid(string searched, params string[] points)
    {
        using var classifier = Fit(searched, _task);
        Assert.Equal("validation set (32 images)", classifier.State.Selection);
        var best = _synthetic.Accuracy(classifier);
        foreach (var point in points)
        {
            using var given = Fit(point, _synthetic.Task);
            Assert.InRange(_synthetic.Accuracy(given), 0, best);
        }
    }

    [Fact]
    public void Lp_plus_plus_keeps_the_epoch_that_is_best_on_the_validation_set()
    {
        using var classifier = Fit("lp++[epochs=8]", _task);
        var each = Enumerable.Range(1, 8).Select(epochs =>
        {
            using var stopped = Fit($"lp++[epochs={epochs}]", _synthetic.Task);
            return _synthetic.Accuracy(stopped);
        });
        Assert.Equal(each.Max(), _synthetic.Accuracy(classifier));
    }

    [Theory]
    [InlineData("tip-adapter[alpha=2;beta=3]")]
    [InlineData("tip-adapter-f[alpha=2;beta=3;epochs=1]")]
    [InlineData("gda[alpha=2]")]
    [InlineData("proker[beta=2;lambda=1]")]
    [InlineData("ape[alpha=1;beta=2;gamma=0.1]")]
    [InlineData("ape-t[alpha=1;beta=2;epochs=1]")]
    [InlineData("linear-probe[strength=1]")]
    [InlineData("clip-adapter[alpha=0.4;epochs=1]")]
    [InlineData("zero-shot")]
    public void What_is_given_is_not_searched(string text)
    {
        using var with = Fit(text, _task);
        using var without = Fit(text, _synthetic.Task);
        Assert.Equal("none", with.State.Selection);
        Assert.Equal(without.Logits(_synthetic.Queries).data<float>().ToArray(), with.Logits(_synthetic.Queries).data<float>().ToArray());
    }

    [Theory]
    [InlineData("tip-adapter")]
    [InlineData("proker")]
    [InlineData("clip-adapter[epochs=5]")]
    public void A_classifier_keeps_what_was_chosen(string text)
    {
        using var classifier = Fit(text, _task);
        var state = classifier.State;
        using var restored = MethodCatalog.Default.Create(state.Method, state.Options)
            .Restore(state.TransferOnly(new(state.ClassNames, _synthetic.Classes), state.Tensors, state.Details));
        Assert.Equal(classifier.Logits(_synthetic.Queries).data<float>().ToArray(),
            restored.Logits(_synthetic.Queries).data<float>().ToArray());
    }

    [Fact]
    public void Validation_images_of_another_width_or_class_are_refused()
    {
        string Said(ImageFeatures images, Tensor labels) =>
            Assert.Throws<KedgeException>(() => _synthetic.Task.With(new(images, labels))).Message;
        Assert.Equal("Making a few-shot task found validation features of shape [32, 8] and labels of shape [32]: it needs [H, " +
            "16] and [H], H at least 1.", Said(_synthetic.Queries[.., ..8], _set.Labels));
        Assert.Equal("Making a few-shot task found validation labels from 0 to 4: it needs 0 to 3.",
            Said(_synthetic.Queries[..2], tensor([0L, 4])));
    }

    [Fact]
    public void Nothing_but_a_validation_part_can_be_chosen_on()
    {
        Assert.True(typeof(FewShotTask).GetProperty(nameof(FewShotTask.Validation))!.SetMethod is { IsPublic: false });
        Assert.True(typeof(SupportDraw).GetProperty(nameof(SupportDraw.Validation))!.SetMethod is { IsPublic: false });
        var takers = typeof(FewShotTask).GetConstructors().Cast<MethodBase>().Concat(typeof(FewShotTask).GetMethods())
            .Where(member => member.GetParameters().Any(parameter => parameter.ParameterType == typeof(LabelledFeatures)));
        Assert.Empty(takers); // no public way to give a task any
    }

    public void Dispose()
    {
        _scope.Dispose();
        _synthetic.Dispose();
    }

    private static FewShotClassifier Fit(string text, FewShotTask task) =>
        MethodVariant.Parse(text, MethodCatalog.Default).Method.Fit(task, cancellation: Stop);
}
