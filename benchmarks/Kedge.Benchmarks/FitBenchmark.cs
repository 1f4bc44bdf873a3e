using Kedge.FewShot;
using Kedge.Methods;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// Whole fits on features with defaults: RTOS with 256 anchors, no text tower, against Tip-Adapter-F; then every method
/// that features alone are enough for, by itself.
/// </summary>
internal static class FitBenchmark
{
    private const int Turns = 5, TurnsOfEach = 3;

    public static IEnumerable<string> Run()
    {
        using var scope = NewDisposeScope();
        var task = DrawnTask.Of(classes: 100, anchors: 256);
        var (rtos, tip) = (new Fits(Rtos.CatalogName, task), new Fits(TipAdapterF.CatalogName, task));
        var duel = Duel.Run(Turns, rtos.Run, tip.Run);
        yield return "| fit, 100 classes × 16 shots × 512 wide | steps | seconds |";
        yield return "|---|---|---|";
        yield return $"| rtos, 256 anchors | {rtos.Steps} | {duel.First:f2} |";
        yield return $"| tip-adapter-f | {tip.Steps} | {duel.Second:f2} |";
        yield return "";
        yield return $"Time of rtos ÷ time of tip-adapter-f (1 ÷ the median of {Turns} turns): " +
            $"**{1 / duel.Ratio:f2}** (to reach: at most 1).";
        yield return "";
        yield return "| fit of each method, the same task | seconds | processor seconds, " +
            "all cores | peak resident memory beyond the task, MB |";
        yield return "|---|---|---|---|";
        foreach (var name in MethodCatalog.Default.Names.Where(name => Works(name, task)))
        {
            ResidentMemory.Reset();
            var before = ResidentMemory.PeakMegabytes();
            var (clock, processor) = Duel.Time(TurnsOfEach, new Fits(name, task).Run);
            yield return $"| {name} | {clock:f2} | {processor:f2} | {ResidentMemory.PeakMegabytes() - before} |";
        }
    }

    private static bool Works(string method, FewShotTask task)
    {
        try
        {
            TaskRequirements.Require(MethodCatalog.Default.Create(method), task);
            return true;
        }
        catch (KedgeException)
        {
            return false;
        }
    }

    private sealed class Fits(string method, FewShotTask task) : IProgress<FitProgress>
    {
        public int Steps { get; private set; }

        public void Run() => MethodCatalog.Default.Create(method).Fit(task, this).Dispose();

        public void Report(FitProgress value) => Steps = value.Step;
    }
}
