using Kedge.Imaging;
using Kedge.Optimisation;

namespace Kedge.Tests.Optimisation;

public class CosineScheduleTests
{
    /// <summary>A few roundings of a double at 1.</summary>
    private const double Rounding = 1e-15;

    [Fact]
    public void The_rate_rises_to_the_peak_in_equal_steps_and_falls_from_it_along_a_half_cosine()
    {
        var schedule = new CosineSchedule(1, Steps: 10, WarmUp: 4);
        double[] expected = [0.25, 0.5, 0.75, 1, 1, .. Enumerable.Range(1, 5).Select(i => Math.Pow(Math.Cos(Math.PI * i / 12), 2))];
        Assert.Equal(expected.Length, schedule.Steps);
        Assert.All(expected, (rate, step) => Assert.Equal(rate, schedule.At(step), Rounding));
    }

    [Theory, InlineData(1, 0), InlineData(50, 0), InlineData(50, 1), InlineData(50, 20),
        InlineData(50, 49), InlineData(50, 50), InlineData(50, 80)]
    public void The_rate_is_above_zero_at_most_the_peak_and_rises_before_it_falls(int steps, int warmUp)
    {
        var schedule = new CosineSchedule(0.3, steps, warmUp);
        var rates = Enumerable.Range(0, steps).Select(schedule.At).ToArray();
        Assert.All(rates, rate => Assert.InRange(rate, double.Epsilon, 0.3));
        for (var step = 1; step < steps; step++)
            Assert.True(step < warmUp ? rates[step] > rates[step - 1] : rates[step] <= rates[step - 1],
                $"{rates[step - 1]} → {rates[step]} at step {step}");
    }

    [Fact]
    public void Without_warm_up_the_first_rate_is_the_peak_and_the_one_after_the_last_would_be_zero()
    {
        var schedule = new CosineSchedule(0.3, 20);
        Assert.Equal(0.3, schedule.At(0));
        Assert.Equal(0, schedule.At(20));
    }
}
