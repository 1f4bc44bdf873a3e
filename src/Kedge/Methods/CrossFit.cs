using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Logits of support images, each by a fit that has not seen it (cross-fitting), so that they are as those of new images.</summary>
/// <param name="Logits">[M · C], row by row.</param>
/// <param name="Labels">M true classes.</param>
/// <param name="Folds">How many fits there were.</param>
internal sealed record CrossFit(float[] Logits, int[] Labels, int Folds)
{
    /// <summary>Fits once for each fold of <see cref="ShotFolds.Refits"/>, on the other folds. Images are judged by their first view; order, as in a fit, does not matter.</summary>
    /// <param name="method">What is fitted; its options stay the same.</param>
    /// <param name="task">The support images; at least one class has two.</param>
    /// <param name="progress">Told of each step of each fit.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="KedgeException">No class has two images, a fit fails, or logits hold NaN.</exception>
    internal static CrossFit Of(FewShotMethod method, FewShotTask task, IProgress<FitProgress>? progress, CancellationToken cancellation)
    {
        Require(method, task);
        using var scope = NewDisposeScope();
        var ordered = SupportOrder.Canonical(task);
        var folds = ShotFolds.Refits(ordered.SupportLabels, ordered.ClassCount).ToArray();
        var (logits, labels) = (new List<float>(), new List<int>());
        foreach (var (fold, (train, left)) in folds.Index())
        {
            using var ofFold = NewDisposeScope();
            var told = progress is null ? null : new Part(progress, $"cross-fit {fold + 1} of {folds.Length}");
            using var classifier = method.Fit(Rows(ordered, train), told, cancellation);
            var found = classifier.LogitsInBatches(ordered.SupportFeatures[0].index_select(0, left), cancellation);
            if (!found.AllFinite())
                throw new KedgeException($"Calibrating found logits of {method.Name} that are not finite: fit with other options.");
            logits.AddRange(found.data<float>());
            labels.AddRange(ordered.SupportLabels.index_select(0, left).cpu().data<long>().Select(label => (int)label));
        }
        return new([.. logits], [.. labels], folds.Length);
    }

    /// <summary>Refuses a task of which nothing can be left out.</summary>
    /// <exception cref="KedgeException">No class has two images.</exception>
    internal static void Require(FewShotMethod method, FewShotTask task)
    {
        if (task.CountShots().Max() < 2)
        {
            throw new KedgeException($"Calibrating {method.Name} found no class with two support images: probabilities are held against images that were left out of a fit. " +
                "Learn from two or more of each class (--shots), or do not calibrate.");
        }
    }

    private static FewShotTask Rows(FewShotTask task, Tensor rows) => new(task.SupportFeatures.index_select(1, rows), task.SupportLabels.index_select(0, rows),
        task.ClassFeatures, task.ClassNames, task.LogitScale, task.Templates, task.TextTower)
    {
        Anchors = task.Anchors,
    };

    /// <summary>Says of which fit the steps are.</summary>
    private sealed class Part(IProgress<FitProgress> progress, string name) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => progress.Report(value with { Part = name });
    }
}
