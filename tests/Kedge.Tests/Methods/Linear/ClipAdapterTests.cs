using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class ClipAdapterTests
{
    // Adam's first steps take the gradient's sign, which rounding can turn where it is next to nothing
    private const double Tolerance = 1e-3;
    private const int Epochs = 6, Width = 8, Hidden = 2;

    [Theory, InlineData(0.2), InlineData(0.7)]
    public void It_descends_as_adam_does_by_hand(double alpha)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var learned = Adam(Start(synthetic),
            Epochs, 0.02, 1e-8, decay: 0, (epoch, x) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(x, f)), labels));
        var method = new ClipAdapter(new() { BalanceClasses = false, Epochs = Epochs, LearningRate = 0.02, Alpha = alpha });
        Assert.InRange(LargestDifference(method, synthetic, f => LogitsOf(learned, f)), 0, Tolerance);

        double[] LogitsOf(double[] x, double[] f)
        {
            var hidden = x[..(Hidden * Width)].Chunk(Width).Select(row => Math.Max(0, Dot(row, f))).ToArray();
            var moved = x[(Hidden * Width)..].Chunk(Hidden).Select(row => Math.Max(0, Dot(row, hidden)));
            var mixed = Unit([.. moved.Zip(f, (adapted, own) => alpha * adapted + (1 - alpha) * own)]);
            return [.. t.Select(name => SyntheticTask.LogitScale * Dot(mixed, name))];
        }
    }

    [Fact]
    public void It_starts_within_one_over_the_root_of_the_inputs()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var classifier = new ClipAdapter(new() { BalanceClasses = false, Epochs = 0 }).Fit(synthetic.Task, null,
            TestContext.Current.CancellationToken);
        Assert.Equal([4, 16], classifier.State.Tensors["down"].shape);
        // 64 draws do not all lie near 0
        Assert.InRange(classifier.State.Tensors["down"].data<float>().Max(MathF.Abs), 0.2, 1 / Math.Sqrt(16));
        Assert.InRange(classifier.State.Tensors["up"].data<float>().Max(MathF.Abs), 0.4, 1 / Math.Sqrt(4));
    }

    private static double[] Start(SyntheticTask synthetic)
    {
        using var classifier = new ClipAdapter(new() { BalanceClasses = false, Epochs = 0 }).Fit(synthetic.Task);
        return [.. classifier.State.Tensors["down"].data<float>()
            .Concat(classifier.State.Tensors["up"].data<float>()).Select(x => (double)x)];
    }
}
