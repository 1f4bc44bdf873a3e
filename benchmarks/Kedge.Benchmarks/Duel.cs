using System.Diagnostics;

namespace Kedge.Benchmarks;

/// <summary>
/// Two ways of doing the same, timed in turns inside one run, so that a noisy machine disturbs both alike.
/// </summary>
/// <param name="First">Median seconds of the first way.</param>
/// <param name="Second">Median seconds of the second way.</param>
/// <param name="Ratio">Median of second ÷ first over the turns: above 1 where the first is faster.</param>
internal readonly record struct Duel(double First, double Second, double Ratio)
{
    public static Duel Run(int turns, Action first, Action second)
    {
        first();
        second();
        var times = Enumerable.Range(0, turns).Select(_ => (First: Seconds(first), Second: Seconds(second))).ToArray();
        return new Duel(Median(times.Select(t => t.First)), Median(times.Select(t => t.Second)),
            Median(times.Select(t => t.Second / t.First)));
    }

    /// <summary>
    /// Median seconds of one way, after one turn that does not count: on the clock, and of all cores together, which
    /// others on the machine disturb less.
    /// </summary>
    public static (double Clock, double Processor) Time(int turns, Action action)
    {
        action();
        var times = Enumerable.Range(0, turns).Select(_ =>
        {
            var before = Environment.CpuUsage.TotalTime;
            return (Clock: Seconds(action), Processor: (Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }).ToArray();
        return (Median(times.Select(t => t.Clock)), Median(times.Select(t => t.Processor)));
    }

    private static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
