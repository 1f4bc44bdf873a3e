using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class RtosTests
{
    private const float Tolerance = 1e-4f; // sums of K products in another order, on logits up to 20

    [Fact]
    public void Alpha_zero_equals_zero_shot_bit_for_bit()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var scope = NewDisposeScope();
        using var zeroShot = Fit(new ZeroShot(), synthetic);
        using var rtos = Fit(new Rtos(new() { Alpha = 0, Steps = 5, AnchorCount = 8 }), synthetic);
        using var names = Fit(new RtosNames(new() { Alpha = 0 }), synthetic);
        var expected = zeroShot.Logits(synthetic.Queries).data<float>().ToArray();
        Assert.Equal(expected, rtos.Logits(synthetic.Queries).data<float>().ToArray());
        Assert.Equal(expected, names.Logits(synthetic.Queries).data<float>().ToArray());
    }

    [Fact]
    public void Relation_and_attention_are_distributions_over_the_anchors()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var scope = NewDisposeScope();
        var anchors = synthetic.Tower.EncodeText(["tree", "dog", "car"]);
        var identity = eye(16);
        var keys = RelationTransition.Keys(anchors, identity, identity);
        var relation = RelationTransition.Relation(synthetic.Classes, anchors, 0.05);
        foreach (var rows in new[] { relation, RelationTransition.Attention(synthetic.Queries, keys, 0.05) })
        {
            Assert.InRange((rows.sum(1) - 1).abs().max().item<float>(), 0, 1e-6f); // a softmax in F32
            Assert.InRange(rows.min().item<float>(), 0, 1);
        }
    }

    [Fact]
    public void Learning_lowers_the_error_on_the_support_set()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8);
        using var start = Fit(new Rtos(new() { Steps = 0 }), synthetic);
        using var learned = Fit(new Rtos(new() { Steps = 100, LearningRate = 0.01, AnchorPull = 1 }), synthetic);
        Assert.True(synthetic.Accuracy(learned) > synthetic.Accuracy(start));
    }

    [Fact]
    public void Class_names_are_no_anchors()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var rtos = (RtosClassifier)Fit(new RtosNames(new() { Anchors = ["dog", "Class 1", "class_2", "tree", "dog"] }), synthetic);
        Assert.Equal(["dog", "tree"], rtos.Details.Anchors);
    }

    [Fact]
    public void A_list_of_class_names_alone_is_refused()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        var error = Assert.Throws<KedgeException>(() => Fit(new RtosNames(new() { Anchors = ["class 1", "dog"] }), synthetic));
        Assert.Equal("Fitting rtos-names found 1 anchor name(s) that are no class names: it needs at least 2; give more names.",
            error.Message);
    }

    [Theory, InlineData(RelationValue.SoftmaxOverAnchors), InlineData(RelationValue.SoftmaxOverClasses),
        InlineData(RelationValue.CenteredCosine)]
    public void Every_value_is_its_formula_and_can_be_learned(RelationValue value)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        using var scope = NewDisposeScope();
        var anchors = synthetic.Tower.EncodeText(["tree", "dog", "car"]);
        var cosines = synthetic.Classes.matmul(anchors.t()).data<float>().ToArray();
        var relation = RelationTransition.Relation(synthetic.Classes, anchors, 0.3, value).data<float>().ToArray();
        for (var c = 0; c < 4; c++)
        {
            for (var k = 0; k < 3; k++)
            {
                float At(int row, int column) => cosines[row * 3 + column];
                var expected = value switch
                {
                    RelationValue.SoftmaxOverAnchors =>
                        Math.Exp(At(c, k) / 0.3) / Enumerable.Range(0, 3).Sum(j => Math.Exp(At(c, j) / 0.3)),
                    RelationValue.SoftmaxOverClasses =>
                        Math.Exp(At(c, k) / 0.3) / Enumerable.Range(0, 4).Sum(i => Math.Exp(At(i, k) / 0.3)),
                    _ => (At(c, k) - Enumerable.Range(0, 4).Average(i => At(i, k))) / 0.3,
                };
                Assert.Equal(expected, relation[c * 3 + k], 1e-5); // single precision
            }
        }
        using var rtos = (RtosClassifier)Fit(new Rtos(new() { Value = value, Steps = 30, Alpha = 20 }), synthetic);
        Assert.Equal(value, rtos.Details.Value);
    }

    [Fact]
    public void Where_the_shots_show_no_gain_it_is_zero_shot_bit_for_bit()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8, noise: 0.3f);
        using var scope = NewDisposeScope();
        var method = new Rtos(new() { HoldOut = true, Anchors = ["dog", "tree"], Steps = 0, Start = AnchorStart.Noise });
        using var rtos = (RtosClassifier)Fit(method, synthetic);
        using var zeroShot = Fit(new ZeroShot(), synthetic);
        Assert.Equal(0, rtos.Details.Alpha);
        Assert.Equal(zeroShot.Logits(synthetic.Queries).data<float>().ToArray(), rtos.Logits(synthetic.Queries).data<float>().ToArray());
    }

    [Fact]
    public void Held_out_shots_choose_alpha_and_say_what_they_saw()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8, noise: 2);
        using var rtos = (RtosClassifier)Fit(new Rtos(new() { HoldOut = true }), synthetic);
        var held = rtos.Details.HeldOut!;
        Assert.Equal("support set", rtos.State.Selection);
        Assert.Equal(8, held.Images);
        Assert.True(rtos.Details.Alpha == 0 || held.Accuracy >= held.ZeroShotAccuracy);
        using var fixedAlpha = (RtosClassifier)Fit(new Rtos(new() { HoldOut = true, Alpha = 7 }), synthetic);
        Assert.Equal((7, null, "none"), (fixedAlpha.Details.Alpha, fixedAlpha.Details.HeldOut, fixedAlpha.State.Selection));
    }

    [Fact]
    public void By_default_nothing_is_held_out()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8);
        using var rtos = (RtosClassifier)Fit(new Rtos(new()), synthetic);
        Assert.Equal((null, "none"), (rtos.Details.HeldOut, rtos.State.Selection));
    }

    [Fact]
    public void A_learned_alpha_moves_from_its_start()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8);
        using var rtos = (RtosClassifier)Fit(new Rtos(new() { Alpha = 5, LearnAlpha = true, Steps = 50, LearningRate = 0.02 }), synthetic);
        Assert.True(Math.Abs(rtos.Details.Alpha - 5) > 0.1, $"α is {rtos.Details.Alpha}");
    }

    [Fact]
    public void Without_a_text_tower_anchors_are_learned_as_points()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8);
        using var features = synthetic.Tower.EncodeText(["dog", "bus", "tree", "car"]);
        var task = Featured(synthetic, new AnchorSet(features, ["dog", "class 1", "tree", "car"]));
        var notes = new List<string>();
        using var rtos = (RtosClassifier)new Rtos(new() { Alpha = 20, Ban = ["car"] })
            .Fit(task, new Listener(notes), TestContext.Current.CancellationToken);
        Assert.Equal(["dog", "tree"], rtos.Anchors.Names);
        Assert.Equal(["1 of 4 anchor words are class names and are left out: class 1."], notes);
        using var scope = NewDisposeScope();
        var start = features.index_select(0, tensor(new[] { 0L, 2L }));
        Assert.InRange((rtos.Anchors.Features - start).abs().max().item<float>(), 1e-4f, 2); // they have moved
        Assert.InRange((rtos.Anchors.Features.norm(1) - 1).abs().max().item<float>(), 0, 1e-5f); // single precision
    }

    [Fact]
    public void Anchors_start_from_the_classes_unless_words_are_asked_for()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        using var words = synthetic.Tower.EncodeText(["dog", "bus"]);
        var features = Featured(synthetic, new AnchorSet(words, ["dog", "bus"]));
        foreach (var task in new[] { synthetic.Task, features, Featured(synthetic, anchors: null) })
            Assert.Equal(synthetic.Task.Classes.Names, Names(task, new()));
        Assert.Equal(["dog", "bus"], Names(features, new() { Start = AnchorStart.Words }));
        Assert.Equal(["dog", "bus"], Names(synthetic.Task, new() { Anchors = ["dog", "bus", "tree"], Ban = ["tree"] }));
        Assert.Equal(8, Names(synthetic.Task, new() { AnchorCount = 8 }).Count);
        Assert.Equal(["noise 1", "noise 2"], Names(features, new() { Start = AnchorStart.Noise }));

        static IReadOnlyList<string> Names(FewShotTask task, RtosOptions options)
        {
            using var rtos = (RtosClassifier)new Rtos(options with { Steps = 0 })
                .Fit(task, cancellation: TestContext.Current.CancellationToken);
            return rtos.Anchors.Names;
        }
    }

    [Fact]
    public void Alpha_lets_the_anchors_spread_the_logits_a_tenth_as_far_as_the_names()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8, noise: 0.3f);
        using var scope = NewDisposeScope();
        var images = synthetic.Support[0];
        using var zeroShot = Fit(new ZeroShot(), synthetic);
        var names = zeroShot.Logits(images);
        foreach (var options in new RtosOptions[] { new(), new() { AnchorCount = 8 }, new() { AnchorCount = 200 } })
        {
            using var rtos = Fit(new Rtos(options with { Steps = 0 }), synthetic);
            var ratio = (rtos.Logits(images) - names).std(1).mean().item<float>() / names.std(1).mean().item<float>();
            Assert.InRange(ratio, 0.0999, 0.1001 / 0.9); // zero-shot is calibrated on these to within a tenth
        }
    }

    [Fact]
    public void Anchors_a_few_at_a_time_learn_the_same_as_all_at_once()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        using var scope = NewDisposeScope();
        var (whole, few) = (Learn(anchorsAtOnce: 256), Learn(anchorsAtOnce: 3));
        Assert.InRange((whole - few).abs().max().item<float>(), 0, 1e-5f); // single precision, after three steps of Adam
        Assert.InRange((whole - Learn(anchorsAtOnce: 3, steps: 0)).abs().max().item<float>(), 1e-3f, 2); // they have moved

        Tensor Learn(int anchorsAtOnce, int steps = 3)
        {
            var options = new RtosOptions { AnchorCount = 8, LearningRate = 0.01 };
            using var anchors = AnchorStarts.Create(synthetic.Task, options, new FitRun(null, default));
            using var fit = new RtosFit(synthetic.Task, options, anchors) { InitialAlpha = 20, AnchorBlock = anchorsAtOnce };
            Assert.Equal(steps, fit.Learn(arange(16), steps).Count());
            return fit.Features();
        }
    }

    [Fact]
    public void Patches_are_scored_as_images()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var rtos = Fit(new Rtos(new() { Steps = 5, Alpha = 20 }), synthetic);
        using var scope = NewDisposeScope();
        var patches = rtos.PatchLogits(synthetic.Queries.reshape(4, 8, 16));
        Assert.Equal([4, 8, 4], patches.shape);
        Assert.Equal(rtos.Logits(synthetic.Queries).data<float>().ToArray(), patches.data<float>().ToArray());
        Assert.Equal("Classifying patches with rtos found features of shape [32, 16], expected [B, P, 16]: encode the images' patches.",
            Assert.Throws<KedgeException>(() => rtos.PatchLogits(synthetic.Queries)).Message);
    }

    [Fact]
    public void More_anchors_than_memory_are_refused_before_the_work()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        var error = Assert.Throws<KedgeException>(() => AnchorMemory.Require(synthetic.Task, new RtosOptions(), 100_000_000, 512));
        Assert.StartsWith("Fitting rtos found 100,000,000 anchors, which take about ", error.Message);
        Assert.EndsWith(" GB: take fewer (anchorCount).", error.Message);
    }

    private static FewShotTask Featured(SyntheticTask synthetic, AnchorSet? anchors) => new(
        new(synthetic.Support, synthetic.Labels),
        new(synthetic.Task.Classes.Names, synthetic.Classes, synthetic.Task.Classes.LogitScale, []))
    {
        Anchors = anchors,
    };

    private sealed class Listener(List<string> notes) : IProgress<FitProgress>
    {
        public void Report(FitProgress value)
        {
            if (value.Note is { } note)
                notes.Add(note);
        }
    }

    private static FewShotClassifier Fit(FewShotMethod method, SyntheticTask synthetic) =>
        method.Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
}
