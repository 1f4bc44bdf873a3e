using Kedge.Clip.Prompts;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class CoOpTests
{
    private const double Tolerance = 2e-4; // eight steps in single precision, each on gradients that rounding has touched
    private const int Width = 6, Tokens = 2, Epochs = 8;

    [Theory, InlineData(false), InlineData(true)]
    public void It_descends_as_gradient_descent_does_by_hand(bool classSpecific)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (views, labels, names, projection) =
            (Views(synthetic), Labels(synthetic), Rows(synthetic.Tower.ClassEmbeddings), Rows(synthetic.Tower.Projection));
        var width = projection.Length;
        var words = Row(synthetic.Tower, "tree").Concat(Row(synthetic.Tower, "car")).ToArray(); // M · W
        var start = Enumerable.Repeat(words, classSpecific ? names.Length : 1).SelectMany(word => word).ToArray();
        var learned = Sgd(start, Epochs, 0.2, 0.9, (epoch, x) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(x, f)), labels),
            decay: 5e-4, warmUp: 1);
        Assert.True(LargestDifference(new ZeroShot(), synthetic, f => LogitsOf(learned, f)) > 0.1);
        Assert.InRange(LargestDifference(Method(Epochs), synthetic, f => LogitsOf(learned, f)), 0, Tolerance);
        Assert.InRange(LargestDifference(Method(epochs: 0), synthetic, f => LogitsOf(start, f)), 0, Tolerance);
        Assert.True(LargestDifference(Method(epochs: 0), synthetic, f => LogitsOf(learned, f)) > 10 * Tolerance);

        CoOp Method(int epochs) => new(new()
        {
            BalanceClasses = false,
            Start = "tree car",
            ClassSpecific = classSpecific,
            Epochs = epochs,
            LearningRate = 0.2,
        });

        double[] LogitsOf(double[] x, double[] f) => [.. names.Select((name, c) =>
        {
            var context = x.Chunk(Tokens * width).ElementAt(classSpecific ? c : 0).Chunk(width);
            var mean = name.Select((own, w) => (own + context.Sum(token => token[w])) / (Tokens + 1)).ToArray();
            return SyntheticTask.LogitScale * Dot(
                f, Unit([.. Enumerable.Range(0, Width).Select(d => mean.Select((a, w) => a * projection[w][d]).Sum())]));
        })];
    }

    [Theory]
    [InlineData(ContextPosition.End, "a photo of a {}.", false)]
    [InlineData(ContextPosition.End, "a photo of a {}.", true)]
    [InlineData(ContextPosition.Middle, "a photo {} of a.", false)]
    public void Zero_epochs_from_the_words_of_a_template_are_zero_shot_with_it(
        ContextPosition position, string template, bool classSpecific)
    {
        const double tolerance = 1e-5; // of features, which here are encoded after a prefix and there as a whole
        using var golden = Clip.Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var clip = golden.Model;
        string[] names = ["fox", "golden retriever dog", "airplane"];
        var classes = clip.ClassFeatures(names, [new(template)]);
        var task = new FewShotTask(new(eye(3, clip.FeatureWidth).unsqueeze(0), tensor(new long[] { 0, 1, 2 })),
            new(names, classes, clip.LogitScale, [template]), new()
            {
                TextTower = clip,
            });
        using var classifier = (LinearClassifier)new CoOp(new()
        {
            BalanceClasses = false,
            Start = "a photo of a",
            Position = position,
            ClassSpecific = classSpecific,
            Epochs = 0,
        })
            .Fit(task, null, TestContext.Current.CancellationToken);
        Assert.InRange(Clip.GoldenClipTests.Difference(classes, classifier.Weight), 0, tolerance);
        var words = classifier.State.Details.GetProperty("nearestWords");
        Assert.Equal(classSpecific ? 3 : 1, words.GetArrayLength());
        string[] nearest = [.. clip.NearestWords(clip.TokenEmbeddings("a photo of a"), top: 1).Select(near => near[0].Text)];
        Assert.All(words.EnumerateArray(), context => Assert.Equal(nearest, context.EnumerateArray().Select(word => word.GetString())));
    }

    [Theory, InlineData(1, 50), InlineData(2, 100), InlineData(4, 100), InlineData(5, 200)]
    public void It_learns_longer_from_more_shots(int shots, int epochs)
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: shots);
        var progress = new Progress();
        new CoOp(new() { BalanceClasses = false, ContextTokens = 1 }).Fit(synthetic.Task, progress,
            TestContext.Current.CancellationToken).Dispose();
        Assert.Equal(epochs, progress.Last.Steps);
    }

    [Fact]
    public void The_seed_draws_the_noise_that_the_context_starts_from()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 1);
        Assert.NotEqual(Logits(Method(1), synthetic), Logits(Method(2), synthetic));

        static CoOp Method(int seed) => new(new() { Epochs = 0, Seed = seed });
    }

    [Fact]
    public void Words_without_tokens_are_refused()
    {
        using var golden = Clip.Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var clip = golden.Model;
        var task = new FewShotTask(new(eye(2, clip.FeatureWidth).unsqueeze(0), tensor(new long[] { 0, 1 })),
            new(["fox", "cat"], clip.ClassFeatures(["fox", "cat"], [new("{}")]), clip.LogitScale, ["{}"]), new()
            {
                TextTower = clip,
            });
        Assert.Equal("Fitting coop found the words ' ' to start from, which have no tokens: give words, or none for noise.",
            Assert.Throws<KedgeException>(() => new CoOp(new() { BalanceClasses = false, Start = " " })
                .Fit(task, null, TestContext.Current.CancellationToken)).Message);
    }

    private static double[] Row(SyntheticTextTower tower, string word)
    {
        using var embedding = tower.TokenEmbeddings(word);
        return [.. embedding.data<float>().Select(x => (double)x)];
    }

    private sealed class Progress : IProgress<FitProgress>
    {
        public FitProgress Last { get; private set; }

        public void Report(FitProgress value) => Last = value;
    }
}
