using Kedge.Optimisation;
using static TorchSharp.torch;

namespace Kedge.Tests.Optimisation;

public class LbfgsTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void It_finds_the_bottom_of_a_long_valley()
    {
        using var scope = NewDisposeScope();
        var curvature = logspace(0, 3, 30, dtype: ScalarType.Float64);
        var bottom = arange(30, dtype: ScalarType.Float64);
        var (found, calls) = (zeros(30, dtype: ScalarType.Float64), 0);
        found = Lbfgs.Minimise(found, x =>
        {
            calls++;
            return ((curvature * (x - bottom).square()).sum().item<double>() / 2, curvature * (x - bottom));
        }, 2000, Tolerance);
        Assert.InRange((found - bottom).abs().max().item<double>(), 0, 1e-6); // where the loss falls by its last digits
        Assert.InRange(calls, 1, 500); // plain descent needs some 20,000
    }

    [Fact]
    public void It_never_climbs_and_stops_after_its_steps()
    {
        using var scope = NewDisposeScope();
        var losses = new List<double>();
        Tensor Run(int steps) =>
            Lbfgs.Minimise(full(3, 4.0, dtype: ScalarType.Float64), x => (x.pow(4).sum().item<double>(), x.pow(3) * 4), steps, Tolerance);
        for (var steps = 0; steps < 12; steps++)
            losses.Add(Run(steps).pow(4).sum().item<double>());
        Assert.All(losses.Zip(losses.Skip(1)), pair => Assert.True(pair.Second < pair.First));
    }

    [Fact]
    public void It_leaks_no_tensor()
    {
        using var scope = NewDisposeScope();
        var start = ones(3, dtype: ScalarType.Float64);
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Lbfgs.Minimise(start, x => (x.square().sum().item<double>(), x * 2), 50, Tolerance).Dispose();
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
