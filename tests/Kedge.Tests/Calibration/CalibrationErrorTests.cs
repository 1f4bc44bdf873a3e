using Kedge.Calibration;

namespace Kedge.Tests.Calibration;

public class CalibrationErrorTests
{
    private const double Rounding = 1e-6; // logits are single

    [Fact]
    public void Equal_logits_cost_the_logarithm_of_the_classes_and_are_wrong_by_what_is_right_beyond_chance()
    {
        var found = CalibrationError.Measure(new float[4 * 4], [0, 0, 1, 2], 4); // the first class is chosen with 1/4, and right twice
        Assert.Equal(Math.Log(4), found.NegativeLogLikelihood, Rounding);
        Assert.Equal(0.25, found.ExpectedError, Rounding);
    }

    [Fact]
    public void Certain_and_right_costs_nothing_certain_and_wrong_costs_the_distance()
    {
        var right = CalibrationError.Measure([100, 0, 0, 100], [0, 1], 2);
        Assert.Equal((0, 0), (right.NegativeLogLikelihood, right.ExpectedError));
        var wrong = CalibrationError.Measure([100, 0, 0, 100], [1, 0], 2);
        Assert.Equal(100, wrong.NegativeLogLikelihood, Rounding);
        Assert.Equal(1, wrong.ExpectedError, Rounding);
    }

    [Fact]
    public void The_error_is_that_of_a_plain_loop_over_bins()
    {
        const int count = 200, classes = 3;
        var random = new Random(4);
        float[] logits = [.. Enumerable.Range(0, count * classes).Select(_ => 4 * random.NextSingle())];
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
        var images = Enumerable.Range(0, count).Select(i =>
        {
            double[] powers = [.. logits.Skip(i * classes).Take(classes).Select(logit => Math.Exp(logit))];
            double[] shares = [.. powers.Select(power => power / powers.Sum())];
            return (Confidence: shares.Max(), Right: Array.IndexOf(shares, shares.Max()) == labels[i], Truth: shares[labels[i]]);
        }).ToList();
        var expected = images.GroupBy(image => Math.Ceiling(image.Confidence * 15))
            .Sum(bin => bin.Count() / (double)count * Math.Abs(
                bin.Average(image => image.Confidence) - bin.Average(image => image.Right ? 1.0 : 0)));
        var found = CalibrationError.Measure(logits, labels, classes);
        Assert.Equal(expected, found.ExpectedError, Rounding);
        Assert.Equal(images.Average(image => -Math.Log(image.Truth)), found.NegativeLogLikelihood, Rounding);
    }
}
