using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Cross-fitting of RTOS, in four folds: its anchors are learned as points from where they started, which needs no text
/// tower.
/// </summary>
internal static class OutOfFold
{
    /// <summary>
    /// What RTOS adds to zero-shot, and the logits of other members, for each support image by fits without it:
    /// [N, C] each; 0 for an image alone in its class.
    /// </summary>
    /// <param name="task">The task, its rows in canonical order.</param>
    /// <param name="training">RTOS on all of it.</param>
    /// <param name="run">Told of each step.</param>
    /// <param name="others">
    /// Fits other members on a part of the task, and gives the logits [B, C] of images [B, D]; null for none.
    /// </param>
    internal static Tensor[] Logits(
        FewShotTask task, RtosTraining training, FitRun run, Func<FewShotTask, FitRun, Tensor, Tensor[]>? others = null)
    {
        var images = task.Support.MeanOverViews();
        var start = new AnchorSet(training.Fit.Start, training.Fit.Anchors.Names);
        var options = training.Options.Start is AnchorStart.Classes or AnchorStart.Neighbours
            ? training.Options
            : training.Options with { Anchors = null, Ban = null, AnchorCount = start.Names.Count };
        var folds = ShotFolds.Refits(task.Support.Labels, task.Classes.Count).ToArray();
        Tensor[]? all = null;
        foreach (var (fold, (train, left)) in folds.Index())
        {
            using var scope = NewDisposeScope();
            var part = new FitRun(new PartProgress(run, $"cross-fit {fold + 1} of {folds.Length}"), run.Cancellation);
            var rest = task.AtRows(train);
            var points = new FewShotTask(rest.Support, rest.Classes) { Anchors = start, BalanceClasses = task.BalanceClasses };
            using var again = RtosTraining.Run(points, options, part);
            var queries = images.index_select(0, left);
            Tensor[] logits =
                [again.Fit.Transition(queries).Mul(again.Alpha), .. others?.Invoke(points, part, queries) ?? []];
            all ??= [.. logits.Select(_ => zeros(images.shape[0], task.Classes.Count, device: task.Device).MoveToOuterDisposeScope())];
            using var noGrad = no_grad();
            foreach (var (sum, some) in all.Zip(logits))
                sum.index_copy_(0, left, some);
        }
        return all!;
    }
}
