using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class TaskResTests
{
    // Adam's first steps take the gradient's sign, which rounding can turn where it is next to nothing
    private const double Tolerance = 1e-3;
    private const int Epochs = 8, Width = 6;

    [Theory, InlineData(0.5, 10), InlineData(2, 1)]
    public void It_descends_as_adam_does_by_hand(double alpha, double length)
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (views, t, labels) = (Views(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var learned = Adam(new double[3 * Width], Epochs, 0.05, 1e-8, 5e-4,
            (epoch, x) => CrossEntropy(views[epoch % 2].Select(f => LogitsOf(x, f)), labels));
        var method = new TaskRes(new() { BalanceClasses = false, Epochs = Epochs, LearningRate = 0.05, Alpha = alpha, Length = length });
        Assert.InRange(LargestDifference(method, synthetic, f => LogitsOf(learned, f)), 0, Tolerance);

        double[] LogitsOf(double[] x, double[] f) => [.. x.Chunk(Width).Select((row, c) =>
            SyntheticTask.LogitScale * Dot(f, Unit([.. row.Select((residual, d) => length * t[c][d] + alpha * residual)])))];
    }

    [Theory, InlineData(4, 100), InlineData(5, 200)]
    public void It_learns_twice_as_long_above_four_shots(int shots, int steps)
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: shots);
        var progress = new Progress();
        new TaskRes(new() { BalanceClasses = false }).Fit(synthetic.Task, progress, TestContext.Current.CancellationToken).Dispose();
        Assert.Equal(steps, progress.Last.Steps);
    }

    private sealed class Progress : IProgress<FitProgress>
    {
        public FitProgress Last { get; private set; }

        public void Report(FitProgress value) => Last = value;
    }
}
