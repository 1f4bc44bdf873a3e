using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;

namespace Kedge.Tests.Methods;

public class LpPlusPlusTests
{
    private const double Tolerance = 1e-4; // single precision, through twelve steps
    private const int Epochs = 12, Width = 6;

    [Fact]
    public void It_descends_by_blocks_as_by_hand()
    {
        using var synthetic = new SyntheticTask([3, 1, 4], width: Width);
        var (f, t, labels) = (Means(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        var w = t.SelectMany((_, c) => Enumerable.Range(0, Width).Select(d => f.Where((_, n) => labels[n] == c).Average(row => row[d])))
            .ToArray();
        var a = new double[] { SyntheticTask.LogitScale, SyntheticTask.LogitScale, SyntheticTask.LogitScale };
        var (rateOfW, rateOfA) = (4 * 8 / LargestEigenvalue(f), 8 / (4 * t.Max(name => f.Sum(row => Dot(row, name) * Dot(row, name)))));
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            w = Moved(w, rateOfW, at => CrossEntropy(f.Select(row => LogitsOf(at, a, row)), labels));
            a = Moved(a, rateOfA, at => CrossEntropy(f.Select(row => LogitsOf(w, at, row)), labels));
        }
        Assert.InRange(LargestDifference(new LpPlusPlus(new() { BalanceClasses = false, Epochs = Epochs }), synthetic, row =>
            LogitsOf(w, a, row)), 0, Tolerance);

        double[] LogitsOf(double[] w, double[] a, double[] row) =>
            [.. t.Select((name, c) => Dot(row, w[(c * Width)..((c + 1) * Width)]) + a[c] * Dot(row, name))];
    }

    [Fact]
    public void Zero_epochs_add_the_class_means_to_zero_shot()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        var (f, t, labels) = (Means(synthetic), Rows(synthetic.Classes), Labels(synthetic));
        Assert.InRange(LargestDifference(new LpPlusPlus(new() { BalanceClasses = false, Epochs = 0 }), synthetic, query =>
            [.. t.Select((name, c) => SyntheticTask.LogitScale * Dot(query, name)
                + f.Where((_, n) => labels[n] == c).Average(row => Dot(query, row)))]), 0, Tolerance);
    }

    [Fact]
    public void With_one_shot_it_is_better_than_zero_shot()
    {
        var (names, probe) = (0f, 0f);
        for (var seed = 1; seed <= 10; seed++)
        {
            using var synthetic = SyntheticTask.Even(classes: 5, shots: 1, seed: seed);
            names += Accuracy(new ZeroShot(), synthetic);
            probe += Accuracy(new LpPlusPlus(new() { BalanceClasses = false }), synthetic);
        }
        Assert.True(probe > names, $"{probe / 10} against {names / 10}");
    }

    [Fact]
    public void The_loss_falls_with_every_step()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        var steps = new Collect();
        new LpPlusPlus(new() { BalanceClasses = false }).Fit(synthetic.Task, steps, TestContext.Current.CancellationToken).Dispose();
        Assert.Equal(300, steps.Losses.Count);
        Assert.All(steps.Losses.Zip(steps.Losses.Skip(1)), pair => Assert.True(pair.Second < pair.First + 1e-6)); // rounding of the loss
    }

    private static float Accuracy(FewShotMethod method, SyntheticTask synthetic)
    {
        using var classifier = method.Fit(synthetic.Task);
        return synthetic.Accuracy(classifier);
    }

    private static double[] Moved(double[] x, double rate, Func<double[], double> loss) =>
        [.. x.Zip(Gradient(loss, x), (value, slope) => value - rate * slope)];

    /// <summary>Of FᵀF, by multiplying with it again and again.</summary>
    private static double LargestEigenvalue(double[][] f)
    {
        var x = f[0];
        for (var i = 0; i < 1000; i++)
            x = Unit(Multiplied(x));
        return Dot(x, Multiplied(x));

        double[] Multiplied(double[] x) => [.. x.Select((_, d) => f.Sum(row => row[d] * Dot(row, x)))];
    }

    private sealed class Collect : IProgress<FitProgress>
    {
        public List<double> Losses { get; } = [];

        public void Report(FitProgress value) => Losses.Add(value.Loss!.Value);
    }
}
