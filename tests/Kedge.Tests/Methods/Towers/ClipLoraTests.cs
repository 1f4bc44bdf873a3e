using Kedge.Calibration;
using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Methods;
using Kedge.Tests.Clip;
using Kedge.Tests.Support;
using TorchSharp.Modules;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>CLIP-LoRA through the towers of small CLIPs, and its steps by hand.</summary>
public sealed class ClipLoraTests
{
    private const double FeatureTolerance = 1e-5; // F32: W x + B (A x) against (W + B A) x
    private static readonly string[] Names = ["fox", "golden retriever", "airplane"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, InlineData(0.0, 1.0), InlineData(0.1, 2.0)]
    public void It_descends_as_adamw_does_by_hand(double decay, double alpha)
    {
        const int width = 6, rank = 2, steps = 5;
        const double tolerance = 1e-3; // Adam's first steps take the gradient's sign, which rounding can turn where it is next to nothing
        using var synthetic = new SyntheticTask([3, 1, 4], width: width);
        var (views, labels, classes) = (Views(synthetic), Labels(synthetic), Rows(synthetic.Classes));
        // B is 0, and so A's first gradient: A is where it began
        using var start = Method(steps: 1, decay: 0).Fit(synthetic.Task, null, Stop);
        var (imageStart, textStart) = (Row(Factors(start, "image").Down), Row(Factors(start, "text").Down));
        Assert.All(imageStart.Concat(textStart), a => Assert.InRange(Math.Abs(a), 0, 1 / Math.Sqrt(width)));
        var half = 2 * rank * width; // A and B of a tower
        var learned =
            Adam([.. imageStart, .. new double[half / 2], .. textStart, .. new double[half / 2]], steps, 0.02, 1e-8, decay, (step, x) =>
                CrossEntropy(views[step % 2].Select(f => LogitsOf(x, f)), labels), beside: true);

        using var fitted = Method(steps, decay).Fit(synthetic.Task, null, Stop);
        using var scope = NewDisposeScope();
        var logits = fitted.Logits(SyntheticImages.Under(fitted.Update, synthetic.Queries));
        var plain = Rows(synthetic.Queries).Select(f => LogitsOf(learned, f)).ToArray();
        var differences = Rows(logits).Zip(plain, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max());
        Assert.InRange(differences.Max() / plain.Max(row => row.Max(Math.Abs)), 0, tolerance);
        Assert.True(LargestDifference(new ZeroShot(), synthetic, f => LogitsOf(learned, f)) > 50 * tolerance);

        ClipLora Method(int steps, double decay) => new(new()
        {
            BalanceClasses = false,
            Steps = steps,
            LearningRate = 0.02,
            Dropout = 0,
            WeightDecay = decay,
            Alpha = alpha,
        });

        double[] LogitsOf(double[] x, double[] f) =>
            [.. classes.Select(t => SyntheticTask.LogitScale * Dot(Changed(x[..half], f), Changed(x[half..], t)))];

        double[] Changed(double[] factors, double[] f)
        {
            var (down, up) = (factors[..(half / 2)].Chunk(width).ToArray(), factors[(half / 2)..].Chunk(rank).ToArray()); // [r, D], [D, r]
            var narrow = down.Select(row => Dot(row, f)).ToArray();
            return Unit([.. f.Select((value, d) => value + alpha / Math.Sqrt(rank) * Dot(up[d], narrow))]);
        }
    }

    [Theory, InlineData("small/clip-vit"), InlineData("small/clip-rn")]
    public void Merged_weights_give_the_features_of_the_paths_beside_them(string folder)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var pixels = golden.Pixels();
        var updates = Drawn(golden.Model, 0.1);
        using var merged = golden.Model.With(updates);
        using var beside = golden.Model.Adapt(updates, dropout: null);
        Assert.InRange(GoldenClipTests.Difference(merged.EncodeImage(pixels), Unmerged(beside, pixels)), 0, FeatureTolerance);
        Assert.InRange(GoldenClipTests.Difference(merged.EncodeText(Names), beside.EncodeText(Names)), 0, FeatureTolerance);

        const double changed = 1e-3;
        Assert.True(GoldenClipTests.Difference(golden.Model.EncodeImage(pixels), merged.EncodeImage(pixels)) > changed);
        Assert.True(GoldenClipTests.Difference(golden.Model.EncodeText(Names), merged.EncodeText(Names)) > changed);
        Assert.NotEqual(golden.Model.Fingerprint, merged.Fingerprint);
    }

    [Theory, InlineData("small/clip-vit"), InlineData("small/clip-rn")]
    public void Every_projection_counts_and_its_gradient_is_that_of_differences_of_merged_models(string folder)
    {
        // of the gradient: F32 losses of about 1 differ by 1e-7, steps of 0.02 bend the curve a little
        const double step = 0.02, tolerance = 0.05;
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var pixels = golden.Pixels();
        var weights = randn([pixels.shape[0], Names.Length], generator: new Generator(5));
        var updates = Drawn(golden.Model, 0.1);
        using var beside = golden.Model.Adapt(updates, dropout: null);
        var loss = (Unmerged(beside, pixels).matmul(beside.EncodeText(Names).t()) * weights).sum();
        loss.backward();
        foreach (var (name, change) in updates.ByWeight)
        {
            var (down, up, _) = (LowRankUpdate)change;
            foreach (var factor in new[] { down, up })
            {
                var direction = factor.grad! / factor.grad!.norm(); // along which the loss rises fastest
                var expected = factor.grad!.norm().item<float>();
                Assert.True(expected > 0, name);
                var slope = (Loss(step) - Loss(-step)) / (2 * step);
                Assert.InRange(slope, (1 - tolerance) * expected - 1e-4, (1 + tolerance) * expected + 1e-4);

                double Loss(double by)
                {
                    using var moved = (factor.detach() + direction * by).DetachFromDisposeScope();
                    var update = ReferenceEquals(factor, down)
                        ? ((LowRankUpdate)change) with { Down = moved }
                        : ((LowRankUpdate)change) with { Up = moved };
                    using var merged = golden.Model.With(new(new Dictionary<string, WeightUpdate>(updates.ByWeight) { [name] = update }));
                    return (merged.EncodeImage(pixels).matmul(merged.EncodeText(Names).t()) * weights).sum().item<float>();
                }
            }
        }
    }

    [Theory, InlineData("small/clip-vit"), InlineData("small/clip-rn")]
    public void Updates_of_nothing_change_no_bit_but_the_fingerprint(string folder)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var pixels = golden.Pixels();
        using var same = golden.Model.With(Drawn(golden.Model, 0));
        Assert.Equal(0, GoldenClipTests.Difference(golden.Model.EncodeImage(pixels), same.EncodeImage(pixels)));
        Assert.Equal(0, GoldenClipTests.Difference(golden.Model.EncodeText(Names), same.EncodeText(Names)));
        Assert.Equal((golden.Model.LogitScale, golden.Model.Preprocessing), (same.LogitScale, same.Preprocessing));
    }

    [Fact]
    public void A_merged_model_outlives_the_scope_and_the_model_that_it_is_of()
    {
        using var first = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        float[] expected;
        ClipModel merged;
        using (var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images"))
        using (NewDisposeScope())
        {
            merged = golden.Model.With(Drawn(golden.Model, 0.1));
            expected = [.. merged.EncodeText(Names).data<float>()];
        }
        using (merged)
        using (var features = merged.EncodeText(Names))
            Assert.Equal(expected, features.data<float>());
    }

    [Fact]
    public void Updates_of_another_model_are_refused()
    {
        using var vit = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var resnet = Golden.Open("small/clip-rn", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var update = new LowRankUpdate(zeros(1, 2, 8), zeros(1, 8, 2));
        Assert.EndsWith("found an update of 'visual.attnpool.q_proj.weight' with factors [1, 2, 8] and [1, 8, 2], " +
            "which is no projection of its attention: " +
            "take the model that the update was learned on.",
            Assert.Throws<KedgeException>(
                () => vit.Model.With(new(new Dictionary<string, WeightUpdate> { ["visual.attnpool.q_proj.weight"] = update }))).Message);
        var width = resnet.Model.AttentionProjections[^1].Inputs;
        Assert.EndsWith($"which has 1 projection(s) [{width}, {width}]: take the model that the update was learned on.",
            Assert.Throws<KedgeException>(
                () => resnet.Model.With(new(new Dictionary<string, WeightUpdate> { ["visual.attnpool.q_proj.weight"] = update }))).Message);
    }

    [Fact]
    public void Images_left_out_for_calibration_are_encoded_by_the_towers_of_their_fold()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        using var scope = NewDisposeScope();
        var method = new ClipLora(new() { BalanceClasses = false, Steps = 20, LearningRate = 0.05 });
        var found = CrossFit.Fit(method, synthetic.Task, null, Stop);
        var ordered = SupportOrder.Canonical(synthetic.Task);
        var (logits, likeness) = (new List<float>(), new List<double>());
        foreach (var (train, left) in ShotFolds.Refits(ordered.Support.Labels, ordered.Classes.Count))
        {
            using var classifier = method.Fit(ordered.AtRows(train), null, Stop);
            var images = SyntheticImages.Under(classifier.Update, ordered.Support.Features[0].index_select(0, left));
            logits.AddRange(classifier.Logits(images).data<float>());
            var learned = Rows(SyntheticImages.Under(classifier.Update, ordered.Support.Features[0].index_select(0, train)).Image);
            var centres = learned.Zip(ordered.Support.Labels.index_select(0, train).data<long>()).GroupBy(pair => pair.Second)
                .Select(same => Unit([.. Enumerable.Range(0, 16).Select(d => same.Sum(pair => pair.First[d]))])).ToArray();
            likeness.AddRange(Rows(images.Image).Select(image => centres.Max(centre => Dot(image, centre))));
        }
        Assert.All(found.Logits.Zip(logits), pair => Assert.Equal(pair.Second, pair.First, 1e-4f));
        Assert.All(found.Similarities.Zip(likeness), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void A_task_without_its_images_is_refused()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        var task =
            new FewShotTask(new(synthetic.Support, synthetic.Labels), new(synthetic.Task.Classes.Names, synthetic.Classes, 10, []), new()
            {
                TextTower = synthetic.Tower,
            });
        Assert.Equal("Fitting clip-lora found a task without its images and the model: " +
            "it changes the towers that encode them; fit on photos.",
            Assert.Throws<KedgeException>(() => new ClipLora(new() { BalanceClasses = false }).Fit(task, null, Stop)).Message);
    }

    [Fact]
    public void It_is_no_part_of_a_sum() => Assert.Equal(
        "The option methods has clip-lora[rank=1], which encodes images by towers of its own, " +
            "so that its logits cannot be added to the others': leave it away.",
        Assert.Throws<KedgeException>(() => new Fuse(new() { Methods = "rtos,clip-lora[rank=1]" }, MethodCatalog.Default)).Message);

    [Theory, InlineData(1, 500), InlineData(3, 1500)]
    public void It_learns_five_hundred_steps_a_shot(int shots, int steps)
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: shots);
        using var stop = new CancellationTokenSource();
        var seen = 0;
        Assert.Throws<OperationCanceledException>(() => new ClipLora(new() { BalanceClasses = false })
            .Fit(synthetic.Task, new Steps(progress => { seen = progress.Steps; stop.Cancel(); }), stop.Token));
        Assert.Equal(steps, seen);
    }

    [Fact]
    public void What_dropout_leaves_away_changes_the_fit_and_is_drawn_by_the_seed()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        Assert.Equal(Learned(0.25, 1), Learned(0.25, 1));
        Assert.NotEqual(Learned(0, 1), Learned(0.25, 1));
        Assert.NotEqual(Learned(0.25, 1), Learned(0.25, 2));

        float[] Learned(double dropout, int seed) => Logits(new ClipLora(new()
        {
            BalanceClasses = false,
            Steps = 4,
            Dropout = dropout,
            Seed = seed
        }), synthetic);
    }

    private static Tensor Unmerged(AdaptedClip clip, Tensor pixels) =>
        clip.HasTrunk ? clip.EncodeGrid(clip.EncodeTrunk(pixels)) : clip.EncodeImage(pixels);

    /// <summary>Updates of rank 2 of every projection, with factors of N(0, deviation²).</summary>
    private static WeightUpdates Drawn(ClipModel clip, double deviation)
    {
        var generator = new Generator(3);
        return new(clip.AttentionProjections.ToDictionary(weight => weight.Name, weight => (WeightUpdate)new LowRankUpdate(
            new Parameter(randn([weight.Parts, 2, weight.Inputs], generator: generator) * deviation),
            new Parameter(randn([weight.Parts, weight.Outputs, 2], generator: generator) * deviation), 0.7)));
    }

    private static LowRankUpdate Factors(FewShotClassifier classifier, string weight) => (LowRankUpdate)classifier.Update!.ByWeight[weight];

    private static double[] Row(Tensor factor) => [.. factor.data<float>().Select(x => (double)x)];

    private sealed class Steps(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report(value);
    }
}
