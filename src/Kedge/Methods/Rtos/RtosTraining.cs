using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>The result of RTOS on held-out shots.</summary>
/// <param name="Images">H, support images held out.</param>
/// <param name="ZeroShotAccuracy">Zero-shot's accuracy on them, 0 to 1.</param>
/// <param name="Accuracy">RTOS's accuracy on them with the chosen α, 0 to 1.</param>
/// <param name="Step">The best step.</param>
internal sealed record HeldOutResult(int Images, double ZeroShotAccuracy, double Accuracy, int Step);

/// <summary>
/// Learns RTOS from all shots, at a given α. Where <see cref="RtosOptions.HoldOut"/> asks for it, α and the number of
/// steps are chosen: a quarter of the shots is held out of a first run; at every tenth of it α is fitted on them
/// (<see cref="Stacking"/>), and the step of the least cross entropy is kept (early stopping). From there a third as
/// many steps go over all shots. Where the held-out shots are not classified better than by zero-shot, α is 0. With one
/// shot a class there is nothing to hold out: all steps are done, with the initial α.
/// </summary>
internal sealed class RtosTraining : IDisposable
{
    private const double StartSpread = 0.1; // of the anchors' logits over the classes, of that of calibrated zero-shot logits
    private const int PointSteps = 50, TokenSteps = 100, Epochs = 20;
    private const double MinZeroShotWeight = 0.1, MaxZeroShotWeight = 2, MaxAlpha = 10_000;
    private const double PriorImages = 8; // weight of the initial α, in held-out images
    private const int Checks = 10;
    private const double FinalPeak = 0.5; // of the learning rate, in the steps over all shots

    private readonly FewShotTask _task;
    private readonly LearnedAnchors _anchors;

    private RtosTraining(FewShotTask task, RtosOptions options, FitRun run)
    {
        options = RtosDefaults.Choose(task, options);
        (_task, Options) = (task, options);
        ZeroShotWeight = FitZeroShotWeight(task);
        _anchors = AnchorStarts.Create(task, options, run);
        Fit = new RtosFit(task, options, _anchors);
        Fit.InitialAlpha = options.Alpha ?? InitialAlpha();
    }

    /// <summary>The options in effect on this task.</summary>
    internal RtosOptions Options { get; }

    /// <summary>RTOS as it was learned.</summary>
    internal RtosFit Fit { get; }

    /// <summary>What is kept beside the tensors, with the α in effect.</summary>
    internal RtosDetails Details(double alpha) => new(
        Fit.Anchors.Names, Fit.Anchors.Template, Options.Value, Fit.RelationTemperature, Fit.AttentionTemperature, alpha, Result);

    /// <summary>
    /// The weight at which zero-shot is calibrated on the support images, at most 2; 0 where its logits hold no
    /// information on them.
    /// </summary>
    internal double ZeroShotWeight { get; }

    /// <summary>The calibrated weight that α is relative to, 0.1 to 2.</summary>
    internal double BoundedZeroShotWeight => Math.Max(ZeroShotWeight, MinZeroShotWeight);

    /// <summary>α in effect.</summary>
    internal double Alpha { get; private set; }

    /// <summary>The shots that were held out; <see langword="null"/> where nothing was chosen.</summary>
    internal HeldOutShots? HeldOut { get; private set; }

    /// <summary>S of the held-out images by the run that had not seen them: [H, C].</summary>
    internal Tensor? HeldOutTransition { get; private set; }

    /// <summary>The result on the held-out shots; <see langword="null"/> where nothing was chosen.</summary>
    internal HeldOutResult? Result { get; private set; }

    /// <summary>Learns; the caller disposes the result, whose tensors live in the current dispose scope.</summary>
    internal static RtosTraining Run(FewShotTask task, RtosOptions options, FitRun run)
    {
        var training = new RtosTraining(task, options, run);
        try
        {
            var nothingLearned = training.Steps == 0; // then all shots are held out
            if (options is { HoldOut: true, Alpha: null }
                && (nothingLearned ? HeldOutShots.All(task) : HeldOutShots.HoldOut(task)) is { } held)
                training.Choose(held, run);
            else
                training.LearnAll(run);
            return training;
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Fit.Dispose();
        _anchors.Dispose();
    }

    private int Steps => Options.Steps ?? Math.Max(
        _anchors is TokenAnchors ? TokenSteps : PointSteps, (int)Math.Ceiling(Epochs * (double)_task.Support.Count / Options.BatchSize));

    private int CheckInterval => Math.Max(1, Steps / Checks);

    private void LearnAll(FitRun run)
    {
        var checkpoint = RtosCheckpoint.Read(run, Fit, Steps);
        checkpoint?.Restore();
        var step = checkpoint?.Step ?? 0;
        foreach (var loss in Fit.Learn(TensorFactory.Arange(_task.Support.Count, device: _task.Device), Steps, done: step))
        {
            RtosCheckpoint.Keep(run, CheckInterval, Fit, ++step);
            run.Report(step, Steps, loss);
        }
        Alpha = Fit.Alpha;
    }

    private void Choose(HeldOutShots held, FitRun run)
    {
        var images = _task.Support.Features[0].index_select(0, held.Held);
        var zeroShot = ZeroShot.Logits(images, _task.Classes.Features, _task.Classes.LogitScale);
        var zeroShotLoss = ClassBalance.WeightedCrossEntropy(
            zeroShot.Mul(Stacking.Weight(zeroShot, held.Labels, held.Weights)), held.Labels, held.Weights).item<float>();
        var checkpoint = RtosCheckpoint.Read(run, Fit, Steps + Steps / 3);
        checkpoint?.RestoreBest();
        var (step, best, snapshot) = (checkpoint?.Step ?? 0, Evaluate(checkpoint?.BestStep ?? 0), Fit.Snapshot());
        checkpoint?.Restore();
        foreach (var loss in Fit.Learn(held.Train, Steps, done: Math.Min(step, Steps)))
        {
            step++;
            double? gain = null;
            if (step % CheckInterval == 0 || step == Steps)
            {
                var current = Evaluate(step);
                gain = current.Accuracy - current.ZeroShotAccuracy;
                var (worse, left) = current.Loss < best.Loss ? (best, snapshot) : (current, []);
                if (current.Loss < best.Loss)
                    (best, snapshot) = (current, Fit.Snapshot());
                Array.ForEach([worse.Transition, .. left.Values], tensor => tensor.Dispose()); // large, and the fit's scope ends late
            }
            RtosCheckpoint.Keep(run, CheckInterval, Fit, step, best.Step, snapshot);
            run.Report(step, Steps + Steps / 3, loss, gain);
        }
        if (step == Steps)
            Fit.Restore(snapshot);
        var finalSteps = best.Step / 3;
        foreach (var loss in Fit.Learn(TensorFactory.Arange(_task.Support.Count, device: _task.Device),
            finalSteps, FinalPeak, done: step - Steps))
        {
            RtosCheckpoint.Keep(run, CheckInterval, Fit, ++step, best.Step, snapshot);
            run.Report(step, Steps + finalSteps, loss);
        }
        (HeldOut, HeldOutTransition) = (held, best.Transition);
        Result = new HeldOutResult((int)held.Labels.shape[0], best.ZeroShotAccuracy, best.Accuracy, best.Step);
        Alpha = best.Improves ? best.Alpha : 0;

        Evaluation Evaluate(int at)
        {
            using var scope = NewDisposeScope();
            var transition = Fit.Transition(images);
            Tensor[] members = [zeroShot.Mul(BoundedZeroShotWeight), transition.Mul(BoundedZeroShotWeight * Fit.Alpha)];
            var weights = Stacking.Weights(members, held.Labels, [1, 1], PriorImages, held.Weights);
            var alpha = Math.Min(MaxAlpha, Fit.Alpha * weights[1] / Math.Max(weights[0], 1e-3));
            var loss = ClassBalance.WeightedCrossEntropy(Stacking.Sum(members, weights), held.Labels, held.Weights).item<float>();
            var (before, after) = (Top1Accuracy.Measure(zeroShot, held.Labels, held.Weights),
                Top1Accuracy.Measure(zeroShot.Add(transition.Mul(alpha)), held.Labels, held.Weights));
            return new Evaluation(at, loss, alpha, transition.MoveToOuterDisposeScope(),
                before, after, Improves: after > before || (after == before && loss < zeroShotLoss));
        }
    }

    /// <summary>
    /// α that lets the anchors at their start spread an image's logits over the classes a tenth as far as the class
    /// names do, in calibrated units: neither their number nor how sharply they tell classes apart matters then.
    /// </summary>
    private double InitialAlpha()
    {
        using var scope = NewDisposeScope();
        var images = _task.Support.Features[0];
        var zeroShot = Spread(ZeroShot.Logits(images, _task.Classes.Features, _task.Classes.LogitScale));
        var alpha = StartSpread * zeroShot / Math.Max(Spread(Fit.Transition(images)), 1e-9) / Math.Min(1, BoundedZeroShotWeight);
        return Math.Min(MaxAlpha, alpha);

        static double Spread(Tensor logits) => logits.std(1).mean().item<float>();
    }

    /// <summary>Zero-shot has learned nothing from the support images, so it can be calibrated on them.</summary>
    private static double FitZeroShotWeight(FewShotTask task)
    {
        using var scope = NewDisposeScope();
        return task.Support.Count == 0 ? 1 : Math.Min(
            Stacking.Weight(ZeroShot.Logits(task.Support.Features[0], task.Classes.Features, task.Classes.LogitScale), task.Support.Labels,
                ClassBalance.Weights(task)),
            MaxZeroShotWeight);
    }

    private sealed record Evaluation(
        int Step, double Loss, double Alpha, Tensor Transition, double ZeroShotAccuracy, double Accuracy, bool Improves);
}
