using Kedge.Cli.Reports;

namespace Kedge.Tests.Cli.Reports;

public class SpreadLabelsTests
{
    /// <summary>Double arithmetic on numbers up to 100.</summary>
    private const double Tolerance = 1e-9;

    [Fact]
    public void Labels_with_room_stay_where_they_belong() =>
        Assert.Equal([10, 20, 40], SpreadLabels.Place([10, 20, 40], gap: 5, low: 0, high: 100));

    [Fact]
    public void Labels_that_touch_move_apart_around_their_middle() =>
        Assert.Equal([45, 50, 55, 90], SpreadLabels.Place([50, 50, 50, 90], gap: 5, low: 0, high: 100));

    [Fact]
    public void Labels_stay_inside()
    {
        Assert.Equal([0, 5, 10], SpreadLabels.Place([0, 0, 0], gap: 5, low: 0, high: 100));
        Assert.Equal([90, 95, 100], SpreadLabels.Place([99, 100, 100], gap: 5, low: 0, high: 100));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Neighbours_always_keep_their_distance_and_order(int seed)
    {
        var random = new Random(seed);
        double[] wanted = [.. Enumerable.Range(0, 20).Select(_ => 100 * random.NextDouble()).Order()];
        var places = SpreadLabels.Place(wanted, gap: 5, low: 0, high: 100);
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 5 - Tolerance));
        Assert.InRange(places[0], 0, 100);
        Assert.InRange(places[^1], 0, 100 + Tolerance);
    }
}
