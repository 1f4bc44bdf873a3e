using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The checkpoint of an interrupted fit of RTOS: the parameters with Adam's moments, the best parameters on the
/// held-out shots, and the steps of both. Batches and views follow from the step, and the evaluation of the best
/// parameters from these, so nothing else is stored.
/// </summary>
internal sealed class RtosCheckpoint
{
    private const string Steps = "steps", Best = "best.";

    private readonly RtosFit _fit;
    private readonly IReadOnlyDictionary<string, Tensor> _kept;

    private RtosCheckpoint(RtosFit fit, IReadOnlyDictionary<string, Tensor> kept)
    {
        (_fit, _kept) = (fit, kept);
        var steps = kept[Steps].data<long>();
        (Step, BestStep) = ((int)steps[0], (int)steps[1]);
    }

    /// <summary>Steps done, over both passes.</summary>
    internal int Step { get; }

    /// <summary>The best step on the held-out shots; 0 where none were held out.</summary>
    internal int BestStep { get; }

    /// <summary>
    /// Reads the checkpoint of an interrupted run, checked; <see langword="null"/> where there is none.
    /// </summary>
    /// <param name="run">The fit.</param>
    /// <param name="fit">RTOS before its first step.</param>
    /// <param name="steps">The most steps that the fit can have done.</param>
    /// <exception cref="KedgeException">The checkpoint is damaged.</exception>
    internal static RtosCheckpoint? Read(FitRun run, RtosFit fit, int steps)
    {
        if (run.Kept is not { } kept)
            return null;
        using var scope = NewDisposeScope();
        foreach (var (name, expected) in Tensors(fit, 0, 0, fit.Learned))
        {
            if (!kept.TryGetValue(name, out var tensor)
                || tensor.dtype != expected.dtype || !tensor.shape.SequenceEqual(expected.shape) || !tensor.AllFinite())
                throw Damaged(name);
        }
        var done = kept[Steps].data<long>();
        if (done[0] < 0 || done[0] > steps || done[1] < 0 || done[1] > done[0])
            throw Damaged(Steps);
        run.Note($"the fit goes on from step {done[0]}, where it was stopped.");
        return new RtosCheckpoint(fit, kept);
    }

    /// <summary>Stores a checkpoint at an interval, and where the fit is about to be stopped.</summary>
    /// <param name="run">The fit.</param>
    /// <param name="every">The interval, in steps.</param>
    /// <param name="fit">The current parameters.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="bestStep">The step of <paramref name="best"/>.</param>
    /// <param name="best">
    /// The best parameters on the held-out shots; <see langword="null"/> where none were held out.
    /// </param>
    internal static void Keep(
        FitRun run, int every, RtosFit fit, int step, int bestStep = 0, IReadOnlyDictionary<string, Tensor>? best = null)
    {
        if (step % every != 0 && !run.Cancellation.IsCancellationRequested)
            return;
        using var scope = NewDisposeScope();
        run.Keep(() => Tensors(fit, step, bestStep, best ?? fit.Learned));
    }

    /// <summary>Restores the best parameters.</summary>
    internal void RestoreBest() => _fit.Restore(_fit.Learned.Keys.ToDictionary(name => name, name => _kept[Best + name]));

    /// <summary>Restores the last parameters.</summary>
    internal void Restore() => _fit.Restore(_kept, Step);

    private static Dictionary<string, Tensor> Tensors(RtosFit fit, int step, int bestStep, IReadOnlyDictionary<string, Tensor> best)
    {
        var tensors = fit.State;
        foreach (var (name, tensor) in best)
            tensors[Best + name] = tensor;
        tensors[Steps] = tensor(new long[] { step, bestStep });
        return tensors;
    }

    private static KedgeException Damaged(string name) =>
        new($"Going on with a fit of rtos found '{name}' missing or not as it was kept: the checkpoint is damaged; " +
            "remove it to start afresh.");
}
