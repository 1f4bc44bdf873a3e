using Kedge.Continual;

namespace Kedge.Tests.Continual;

public class StreamAccuracyTests
{
    private const double Rounding = 1e-12;

    [Fact]
    public void The_figures_are_those_of_the_matrix_by_hand()
    {
        var accuracy = new StreamAccuracy([0.9, 0.7, 0.6], [[0.9], [0.6, 0.8], [0.7, 0.5, 0.4]], [0.5, 0.3], [0.4, 0.4]);
        Assert.Equal(0.6, accuracy.Last);
        Assert.Equal(2.2 / 3, accuracy.Mean, Rounding);
        Assert.Equal(((0.9 - 0.7) + (0.8 - 0.5)) / 2, accuracy.Forgetting, Rounding);
        Assert.Equal(((0.7 - 0.9) + (0.5 - 0.8)) / 2, accuracy.Backward, Rounding);
        Assert.Equal(((0.5 - 0.4) + (0.3 - 0.4)) / 2, accuracy.Forward!.Value, Rounding);
    }

    [Fact]
    public void What_was_best_in_between_is_what_can_be_forgotten() =>
        Assert.Equal(0.3, new StreamAccuracy([0, 0, 0], [[0.1], [0.5, 1], [0.2, 1, 1]], null, []).Forgetting * 2, Rounding);

    [Fact]
    public void One_task_is_never_forgotten_and_nothing_is_transferred()
    {
        var one = new StreamAccuracy([0.5], [[0.5]], [], []);
        Assert.Equal((0.0, 0.0, 0.0), (one.Forgetting, one.Backward, one.Forward));
        Assert.Null((one with { New = null }).Forward);
    }
}
