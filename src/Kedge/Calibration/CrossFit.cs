using Kedge.FewShot;
using Kedge.FewShot.Selection;
using static TorchSharp.torch;

namespace Kedge.Calibration;

/// <summary>
/// Cross-fitting: out-of-fold logits and similarities of the support images, each by a fit on other images, as for new
/// images.
/// </summary>
/// <param name="Logits">[M · C], row by row.</param>
/// <param name="Labels">M true classes.</param>
/// <param name="Similarities">M cosines to the nearest of the <see cref="ClassPrototypes"/> of the
/// images fitted on.</param>
/// <param name="Folds">How many fits there were.</param>
internal sealed record CrossFit(float[] Logits, int[] Labels, double[] Similarities, int Folds)
{
    /// <summary>How much each of the M images counts, mean 1, where uneven classes are balanced; else null.</summary>
    internal float[]? Weights { get; init; }

    /// <summary>
    /// Fits once for each fold of <see cref="ShotFolds.Refits"/>, on the other folds. Left-out images are evaluated in
    /// their first view; as in a fit, the order of the images does not matter.
    /// </summary>
    /// <param name="method">What is fitted; its options stay the same.</param>
    /// <param name="task">The support images; at least one class has two.</param>
    /// <param name="progress">Told of each step of each fit.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="KedgeException">No class has two images, a fit fails, or logits hold NaN.</exception>
    internal static CrossFit Fit(FewShotMethod method, FewShotTask task, IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        Require(method, task);
        using var scope = NewDisposeScope();
        var ordered = SupportOrder.Canonical(task, method.Options.BalanceClasses);
        var folds = ShotFolds.Refits(ordered.Support.Labels, ordered.Classes.Count).ToArray();
        var (logits, labels, similarities) = (new List<float>(), new List<int>(), new List<double>());
        foreach (var (fold, (train, left)) in folds.Index())
        {
            using var foldScope = NewDisposeScope();
            var foldProgress = progress is null ? null : new FoldProgress(progress, $"cross-fit {fold + 1} of {folds.Length}");
            var others = ordered.AtRows(train);
            using var classifier = method.Fit(others, foldProgress, cancellation);
            var images = classifier.Update is { } update
                ? ordered.AtRows(left).FirstView(update)
                : ordered.Support.Images.Each(views => views[0].index_select(0, left));
            var found = classifier.LogitsInBatches(images, cancellation);
            if (!found.AllFinite())
                throw new KedgeException($"Calibrating found logits of {method.Name} that are not finite: fit with other options.");
            logits.AddRange(found.data<float>());
            labels.AddRange(ordered.Support.Labels.index_select(0, left).cpu().data<long>().Select(label => (int)label));
            similarities.AddRange(ClassPrototypes.Similarity(ClassPrototypes.Compute(others, classifier.Update), images.Image));
        }
        return new([.. logits], [.. labels], [.. similarities], folds.Length)
        {
            Weights = ClassBalance.Weights(ordered, tensor(labels.Select(label => (long)label).ToArray()))?.data<float>().ToArray(),
        };
    }

    /// <summary>Throws where no class has two images, so that none can be left out.</summary>
    /// <exception cref="KedgeException">No class has two images.</exception>
    internal static void Require(FewShotMethod method, FewShotTask task)
    {
        if (task.CountShots().Max() < 2)
        {
            throw new KedgeException($"Calibrating {method.Name} found no class with two support images: " +
                "probabilities are held against images that were left out of a fit. " +
                "Learn from two or more of each class (--shots), or do not calibrate.");
        }
    }

    /// <summary>Adds the name of the fold to the progress of its fit.</summary>
    private sealed class FoldProgress(IProgress<FitProgress> progress, string name) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => progress.Report(value with { Part = name });
    }
}
