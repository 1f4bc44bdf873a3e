using Kedge.Experiments;

namespace Kedge.Tests.Experiments;

public class ComparisonCellTests
{
    /// <summary>Double arithmetic on a few numbers below 100.</summary>
    private const double Tolerance = 1e-12;

    [Fact]
    public void Mean_and_sample_deviation_by_hand()
    {
        var cell = Assert.Single(ComparisonCell.Aggregate([Row(1, 70), Row(2, 73), Row(3, 79)]));
        Assert.Equal(74, cell.Mean!.Value, Tolerance);
        Assert.Equal(Math.Sqrt((16 + 1 + 25) / 2.0), cell.Deviation!.Value, Tolerance); // n − 1 = 2
        Assert.Equal((3, 0, 2.0, 0.5), (cell.Finished, cell.Failed, cell.FitSeconds, cell.PredictSeconds));
        Assert.Equal(["none"], cell.Selections);
    }

    [Fact]
    public void One_figure_has_no_deviation_and_failures_are_counted_apart()
    {
        var cell = Assert.Single(ComparisonCell.Aggregate([Row(1, 70), Row(2, null)]));
        Assert.Equal((70, null, 1, 1), (cell.Mean, cell.Deviation, cell.Finished, cell.Failed));
        var failed = Assert.Single(ComparisonCell.Aggregate([Row(1, null)]));
        Assert.Equal((null, null, 0, 1), (failed.Mean, failed.FitSeconds, failed.Finished, failed.Failed));
    }

    [Fact]
    public void Cells_are_by_task_method_and_shots() => Assert.Equal(
        [("a", "x", 1), ("a", "y", 1), ("a", "x", 2), ("b", "x", 1)],
        ComparisonCell.Aggregate([Row(1, 1), Row(1, 1, "y"), Row(2, 1), Row(1, 1, shots: 2), Row(1, 1, task: "b"), Row(3, 1, "y")])
            .Select(cell => (cell.Task, cell.Method, cell.Shots!.Value)));

    private static ComparisonRow Row(int seed, double? accuracy, string method = "x", int shots = 1, string task = "a") => new()
    {
        Method = method,
        Task = task,
        Shots = shots,
        Seed = seed,
        Accuracy = accuracy,
        FitSeconds = accuracy is null ? null : 2,
        PredictSeconds = accuracy is null ? null : 0.5,
        Selection = accuracy is null ? null : "none",
        Error = accuracy is null ? "Too hard." : null,
        Support = shots,
        Queries = 5,
        Model = "m",
        ModelFingerprint = "f",
        TaskFingerprint = "t",
    };
}
