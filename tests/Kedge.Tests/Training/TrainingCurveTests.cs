using Kedge.Tests.Support;
using Kedge.Training;

namespace Kedge.Tests.Training;

public sealed class TrainingCurveTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_is_added_is_read_again_and_a_resumed_run_forgets_what_came_after_its_checkpoint()
    {
        CurvePoint[] points = [new(10, 2.5, 0.001, 300.5, null), new(20, 2.25, 0.0005, 310, 0.125), new(30, 2, 0, 290, null)];
        var curve = new TrainingCurve(_scratch.Path, step: 0);
        foreach (var point in points)
            curve.Add(point);
        Assert.Equal(points, TrainingCurve.Read(_scratch.Path));
        Assert.Equal("step,loss,learning_rate,pairs_per_second,held_out_accuracy", File.ReadLines(_scratch["curve.csv"]).First());

        var other = points[2] with { Loss = 1.5 };
        new TrainingCurve(_scratch.Path, step: 20).Add(other);
        Assert.Equal([points[0], points[1], other], TrainingCurve.Read(_scratch.Path));
    }

    [Theory, InlineData("step\nten,1"), InlineData("step,loss,learning_rate,pairs_per_second,held_out_accuracy\n10,x,1,1,"),
        InlineData("step,loss,learning_rate,pairs_per_second,held_out_accuracy\n99999999999,1,1,1,")]
    public void A_damaged_curve_counts_as_none(string content)
    {
        _scratch.Write("curve.csv", content);
        Assert.Empty(TrainingCurve.Read(_scratch.Path));
    }
}
