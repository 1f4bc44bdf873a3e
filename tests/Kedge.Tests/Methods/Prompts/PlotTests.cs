using Kedge.Methods;
using Kedge.Optimisation;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class PlotTests
{
    private const double Tolerance = 5e-4; // six steps in single precision, each on gradients and plans that rounding has touched
    private const int Width = 5, Prompts = 2, Tokens = 2, Epochs = 6, Iterations = 30;
    private const double Entropy = 0.2, Rate = 0.2;

    [Fact]
    public void It_descends_with_plans_as_constants_as_by_hand()
    {
        using var synthetic = new SyntheticTask([2, 1, 2], width: Width);
        var (labels, names, projection) = (Labels(synthetic), Rows(synthetic.Tower.ClassEmbeddings), Rows(synthetic.Tower.Projection));
        var views = Enumerable.Range(0, 2).Select(view => Grids(synthetic.SupportImages.Patches![view])).ToArray();
        var width = projection.Length;
        var options = new PlotOptions
        {
            BalanceClasses = false,
            Prompts = Prompts,
            ContextTokens = Tokens,
            Entropy = Entropy,
            Iterations = Iterations,
            Epochs = Epochs,
            LearningRate = Rate,
            Momentum = 0,
            WeightDecay = 0,
        };

        var x = Start(width);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var (images, rate) = (views[epoch % 2], epoch == 0 ? 1e-5 : Rate * (1 + Math.Cos(Math.PI * (epoch - 1) / (Epochs - 1))) / 2);
            var plans = images.Select(patches => names.Select((_, c) => PlanOf(Features(x, c), patches)).ToArray()).ToArray();
            var gradient = Gradient(at => CrossEntropy(
                images.Select((patches, n) => names.Select((_, c) => Score(plans[n][c], Features(at, c), patches)).ToArray()), labels), x);
            x = [.. x.Zip(gradient, (value, slope) => value - rate * slope)];
        }
        Assert.InRange(LargestDifference(new Plot(options), synthetic, (_, patches, _) => LogitsOf(x, patches)), 0, Tolerance);
        Assert.True(
            LargestDifference(new Plot(options with { Epochs = 0 }), synthetic, (_, patches, _) => LogitsOf(x, patches)) > 10 * Tolerance);

        double[] LogitsOf(double[] at, double[][] patches) =>
            [.. names.Select((_, c) => Score(PlanOf(Features(at, c), patches), Features(at, c), patches))];

        double[][] Features(double[] at, int c) => [.. at.Chunk(Tokens * width).Select(context =>
        {
            var mean = names[c].Select((own, w) => (own + context.Chunk(width).Sum(token => token[w])) / (Tokens + 1)).ToArray();
            return Unit([.. Enumerable.Range(0, Width).Select(d => mean.Select((a, w) => a * projection[w][d]).Sum())]);
        })];
    }

    [Fact]
    public void One_prompt_is_compared_with_the_mean_of_the_patches()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        using var classifier = new Plot(new() { BalanceClasses = false, Prompts = 1, Epochs = 0 }).Fit(synthetic.Task, null,
            TestContext.Current.CancellationToken);
        using var scope = NewDisposeScope();
        var expected = synthetic.Images.Patches!.mean([1]).matmul(classifier.State.Tensors["prompts"][0].t()) * SyntheticTask.LogitScale;
        const double rounding = 1e-5; // of sums in another order, on logits up to 10
        Assert.InRange((classifier.Logits(synthetic.Images) - expected).abs().max().item<float>(), 0, rounding);
    }

    [Theory, InlineData(0.01), InlineData(0.1), InlineData(10)]
    public void Masses_of_a_plan_are_even_and_near_evenness_it_is_even(double entropy)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var cost = rand([7, 4, 3], generator: generator) * 2;
        var plan = Sinkhorn.TransportPlan(cost, entropy, iterations: 2000);
        const double tolerance = 1e-3; // rows come right as the iterations go on, columns are right after each
        Assert.InRange((plan.sum(-1) - 0.25).abs().max().item<float>(), 0, tolerance);
        Assert.InRange((plan.sum(-2) - 1 / 3.0).abs().max().item<float>(), 0, 1e-6);
        Assert.Equal(entropy > 1, (plan - 1 / 12.0).abs().max().item<float>() < 0.02);
    }

    [Fact]
    public void An_images_logits_depend_on_no_other_image()
    {
        using var synthetic = new SyntheticTask([2, 2, 2]);
        using var classifier = new Plot(new() { BalanceClasses = false, Epochs = 1 }).Fit(synthetic.Task, null,
            TestContext.Current.CancellationToken);
        using var scope = NewDisposeScope();
        const double rounding = 1e-5; // of products of other sizes
        Assert.InRange((classifier.Logits(synthetic.Images)[..1] - classifier.Logits(synthetic.Images.Each(tensor => tensor[..1])))
            .abs().max().item<float>(), 0, rounding);
    }

    private static double Score(double[][] plan, double[][] prompts, double[][] patches) =>
        SyntheticTask.LogitScale * plan.Select((row, p) => row.Select((mass, n) => mass * Dot(patches[p], prompts[n])).Sum()).Sum();

    private static double[][] PlanOf(double[][] prompts, double[][] patches)
    {
        var kernel = patches.Select(v => prompts.Select(g => Math.Exp(-(1 - Dot(v, g)) / Entropy)).ToArray()).ToArray();
        var (a, b) = (new double[patches.Length], prompts.Select(_ => 1.0).ToArray());
        for (var i = 0; i < Iterations; i++)
        {
            a = [.. kernel.Select(row => 1.0 / patches.Length / Dot(row, b))];
            b = [.. prompts.Select((_, n) => 1.0 / prompts.Length / kernel.Select((row, p) => row[n] * a[p]).Sum())];
        }
        return [.. kernel.Select((row, p) => row.Select((k, n) => a[p] * k * b[n]).ToArray())];
    }

    /// <summary>The start that the seed draws, as <see cref="Plot"/> draws it.</summary>
    private static double[] Start(int width)
    {
        using var generator = new Generator(1);
        using var start = randn([Prompts, 1, Tokens, width], generator: generator) * 0.02;
        return [.. start.data<float>().Select(value => (double)value)];
    }
}
