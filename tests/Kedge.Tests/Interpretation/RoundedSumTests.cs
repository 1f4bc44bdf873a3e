using Kedge.Interpretation;

namespace Kedge.Tests.Interpretation;

public class RoundedSumTests
{
    [Theory]
    [InlineData(new[] { 0.333, 0.333, 0.334 }, 1, new[] { 0.3, 0.3, 0.4 })]
    [InlineData(new[] { 0.005, 0.005 }, 2, new[] { 0.01, 0 })]
    [InlineData(new[] { -0.26, 0.26, 1 }, 1, new[] { -0.3, 0.3, 1 })]
    [InlineData(new[] { 0.0, 2.4, 0.0 }, 0, new[] { 0.0, 2, 0 })]
    [InlineData(new double[0], 2, new double[0])]
    public void What_lost_most_is_rounded_up(double[] numbers, int decimals, double[] rounded) =>
        Assert.Equal(rounded, RoundedSum.Round(numbers, decimals));

    [Fact]
    public void Every_number_stays_within_one_unit_and_the_sum_is_right()
    {
        var random = new Random(5);
        for (var i = 0; i < 500; i++)
        {
            var numbers = Enumerable.Range(0, 1 + random.Next(70)).Select(_ => (random.NextDouble() - 0.5) * random.Next(1, 50)).ToArray();
            var rounded = RoundedSum.Round(numbers, 2);
            Assert.All(numbers.Zip(rounded), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.01));
            Assert.Equal(Math.Round((decimal)numbers.Sum(), 2), rounded.Sum(number => Math.Round((decimal)number, 2)));
        }
    }
}
