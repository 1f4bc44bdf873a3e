using Kedge.Runtime;

namespace Kedge.Tests.Runtime;

public class SeededRandomTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-7)]
    [InlineData(161803398)]
    [InlineData(161803399)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void The_numbers_are_those_that_dotnet_has_always_given(int seed)
    {
        var (ours, theirs) = (new SeededRandom(seed), new Random(seed));
        for (var i = 0; i < 2000; i++)
        {
            Assert.Equal(theirs.Next(), ours.Next());
            Assert.Equal(theirs.Next(1000), ours.Next(1000));
            Assert.Equal(theirs.Next(-50, 51), ours.Next(-50, 51));
            Assert.Equal(theirs.NextDouble(), ours.NextDouble());
            Assert.Equal(theirs.NextSingle(), ours.NextSingle());
        }
        Assert.Equal(Shuffled(theirs), Shuffled(ours));
    }

    [Fact]
    public void The_first_numbers_of_a_seed_are_these()
    {
        var random = new SeededRandom(1);
        Assert.Equal([534011718, 237820880, 1002897798, 1657007234, 1412011072], Enumerable.Range(0, 5).Select(_ => random.Next()));
    }

    [Fact]
    public void Bounds_that_hold_no_number_are_refused()
    {
        var random = new SeededRandom(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(int.MinValue, int.MaxValue));
    }

    private static int[] Shuffled(Random random)
    {
        int[] order = [.. Enumerable.Range(0, 100)];
        random.Shuffle(order);
        return order;
    }
}
