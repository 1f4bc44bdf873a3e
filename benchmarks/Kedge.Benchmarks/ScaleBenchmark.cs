using System.Diagnostics;
using Kedge.FewShot;
using Kedge.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// A few steps of RTOS on 1,000 classes, with few anchors and with many: seconds a step, the peak of resident memory,
/// and the tensors that stay.
/// </summary>
internal static class ScaleBenchmark
{
    private const int Classes = 1000, Steps = 10;

    public static IEnumerable<string> Run()
    {
        yield return $"| anchors, on {Classes} classes × {DrawnTask.Shots} shots × {DrawnTask.Width} wide | seconds a step | peak " +
            "resident memory, MB | of it before the fit | live tensors that the fit left |";
        yield return "|---|---|---|---|---|";
        foreach (var anchors in new[] { 256, 5000 })
        {
            using var scope = NewDisposeScope();
            var task = DrawnTask.Of(Classes, anchors);
            ResidentMemory.Reset();
            var (before, live, clock) = (ResidentMemory.PeakMegabytes(), DisposeScopeManager.Statistics.ThreadTotalLiveCount, new Clock());
            new Rtos(new() { Steps = Steps, AnchorCount = anchors }).Fit(task, clock).Dispose();
            yield return $"| {anchors} | {clock.SecondsAStep:f3} | {ResidentMemory.PeakMegabytes()} | {before} | " +
                $"{DisposeScopeManager.Statistics.ThreadTotalLiveCount - live} |";
        }
        yield return "";
        yield return $"{Steps} steps, each with the judgement on the held-out shots, of which the default has a tenth as many, " +
            "and the pass over all shots.";
    }

    private sealed class Clock : IProgress<FitProgress>
    {
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private int _steps;

        public double SecondsAStep => _watch.Elapsed.TotalSeconds / _steps;

        public void Report(FitProgress value) => _steps = value.Step;
    }
}
