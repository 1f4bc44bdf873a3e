using Kedge.Calibration;

namespace Kedge.Tests.Calibration;

public class TemperatureScalingTests
{
    private const int Classes = 4;

    /// <summary>Relative. The search stops at 1e-9; the grid's last steps are 1e-7 apart.</summary>
    private const double Tolerance = 1e-6;

    /// <summary>
    /// Standard deviations of an estimate that a test may be off: passed by chance once in two million times.
    /// </summary>
    private const double Deviations = 5;

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(8)]
    public void It_is_the_best_of_a_grid(double sharpness)
    {
        var (logits, labels) = Drawn(300, sharpness, seed: 2);
        var (best, step) = (1.0, 2.0);
        while (step > 1 + 1e-7)
        {
            best = Enumerable.Range(-40, 81)
                .Select(i => best * Math.Pow(step, i)).Where(t => t is > 0.02 and < 1000).MinBy(t => PlainLoss(logits, labels, t));
            step = Math.Pow(step, 1.0 / 20);
        }
        Assert.Equal(1, TemperatureScaling.Fit(logits, labels, Classes) / best, Tolerance);
        Assert.True(PlainLoss(logits, labels, TemperatureScaling.Fit(logits, labels, Classes)) <= PlainLoss(logits, labels, best) + 1e-12);
    }

    [Fact]
    public void Logits_that_are_right_as_they_are_keep_a_temperature_of_one()
    {
        const int images = 20_000;
        var (logits, labels) = Drawn(images, sharpness: 1, seed: 3);
        // of 1/T in one image: what the estimate varies by
        var information = Enumerable.Range(0, images).Average(i => Variance(logits.AsSpan(i * Classes, Classes)));
        Assert.Equal(1, 1 / TemperatureScaling.Fit(logits, labels, Classes), Deviations / Math.Sqrt(images * information));
    }

    [Fact]
    public void Logits_three_times_as_large_have_three_times_the_temperature()
    {
        var (logits, labels) = Drawn(100, sharpness: 1, seed: 4);
        var temperature = TemperatureScaling.Fit(logits, labels, Classes);
        // times 4 is exact in F32
        Assert.Equal(1, TemperatureScaling.Fit([.. logits.Select(logit => 4 * logit)], labels, Classes) / (4 * temperature), Tolerance);
    }

    [Fact]
    public void Where_every_image_is_right_probabilities_are_what_the_rule_of_succession_expects()
    {
        var (logits, _) = Drawn(8, sharpness: 1, seed: 5);
        int[] labels = [.. logits.Chunk(Classes).Select(row => Array.IndexOf(row, row.Max()))];
        var temperature = TemperatureScaling.Fit(logits, labels, Classes);
        Assert.Equal(9.0 / 10, logits.Chunk(Classes)
            .Zip(labels, (row, label) => new RowSoftmax(row, temperature).Probability(label)).Average(), Tolerance);
    }

    [Fact]
    public void Where_every_image_is_wrong_probabilities_are_equal()
    {
        var (logits, _) = Drawn(8, sharpness: 1, seed: 6);
        int[] labels = [.. logits.Chunk(Classes).Select(row => Array.IndexOf(row, row.Min()))];
        Assert.Equal(1, TemperatureScaling.Fit(logits, labels, Classes) / TemperatureScaling.Max, Tolerance);
    }

    /// <summary>
    /// Logits that are normal, and labels drawn from the softmax of sharpness times them: T = 1 / sharpness is right.
    /// </summary>
    private static (float[] Logits, int[] Labels) Drawn(int images, double sharpness, int seed)
    {
        var random = new Random(seed);
        float[] logits = [.. Enumerable.Range(0, images * Classes)
            .Select(_ => (float)(2 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
        return (logits, [.. logits.Chunk(Classes).Select(row =>
        {
            double[] powers = [.. row.Select(logit => Math.Exp(sharpness * logit))];
            var (at, label) = (random.NextDouble() * powers.Sum(), 0);
            while (label < Classes - 1 && (at -= powers[label]) > 0)
                label++;
            return label;
        })]);
    }

    private static double PlainLoss(float[] logits, int[] labels, double temperature) =>
        logits.Chunk(Classes)
            .Zip(labels, (row, label) => Math.Log(row.Sum(logit => Math.Exp(logit / temperature))) - (row[label] / temperature)).Average();

    private static double Variance(ReadOnlySpan<float> row)
    {
        var shares = new RowSoftmax(row).Probabilities();
        var mean = shares.Zip(row.ToArray(), (p, z) => p * z).Sum();
        return shares.Zip(row.ToArray(), (p, z) => p * (z - mean) * (z - mean)).Sum();
    }
}
