using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Grid search of hyper-parameters on a validation set: the point of the highest accuracy; ties go to the least cross
/// entropy, then to the first point. Accuracy is balanced, the mean of the classes' recalls, where the classes of the
/// support set are uneven (<see cref="MethodOptions.BalanceClasses"/>).
/// </summary>
public static class ValidationSearch
{
    /// <summary>
    /// The text of <see cref="Fitted.Selection"/> for hyper-parameters that were chosen on a validation set.
    /// </summary>
    /// <param name="set">The images.</param>
    public static string Selection(LabelledFeatures set) => FormattableString.Invariant($"validation set ({set.Count:N0} images)");

    /// <summary>Finds the best point of a grid.</summary>
    /// <param name="set">The task's <see cref="FewShotTask.Validation"/>, H images.</param>
    /// <param name="run">May be stopped between two points.</param>
    /// <param name="grid">The points, at least one.</param>
    /// <param name="logits">The logits of the images at a point: [H, C]. Runs without gradients,
    /// in a dispose scope.</param>
    public static T Best<T>(LabelledFeatures set, FitRun run, IReadOnlyList<T> grid, Func<T, Tensor> logits) =>
        Best(set, run, grid, logits, [0], (at, _) => at).Outer;

    /// <summary>Finds the best point of a grid in two dimensions, of which the inner one costs little.</summary>
    /// <param name="set">The task's <see cref="FewShotTask.Validation"/>, H images.</param>
    /// <param name="run">May be stopped between two points.</param>
    /// <param name="outer">The values of the outer dimension, at least one.</param>
    /// <param name="prepare">What is computed once for an outer value and all inner ones: [H, C].</param>
    /// <param name="inner">The values of the inner dimension, at least one.</param>
    /// <param name="logits">The logits of the images at a point: [H, C].</param>
    public static (TOuter Outer, TInner Inner) Best<TOuter, TInner>(LabelledFeatures set, FitRun run,
        IReadOnlyList<TOuter> outer, Func<TOuter, Tensor> prepare, IReadOnlyList<TInner> inner, Func<Tensor, TInner, Tensor> logits)
    {
        using var noGrad = no_grad();
        var (best, tracker) = ((outer[0], inner[0]), new ValidationTracker(set));
        foreach (var x in outer)
        {
            using var scope = NewDisposeScope();
            run.Cancellation.ThrowIfCancellationRequested();
            var prepared = prepare(x);
            foreach (var y in inner)
            {
                using var point = NewDisposeScope();
                if (tracker.IsBetter(logits(prepared, y)))
                    best = (x, y);
            }
        }
        return best;
    }

    /// <summary>The given value alone, else all of a range.</summary>
    internal static IReadOnlyList<double> Values(double? given, IReadOnlyList<double> range) => given is { } value ? [value] : range;

    /// <summary>Values at equal distances, the ends among them.</summary>
    internal static double[] Evenly(double from, double to, int count) =>
        [.. Enumerable.Range(0, count).Select(i => from + (to - from) * i / (count - 1))];

    /// <summary>Powers of ten at equal distances, the ends among them.</summary>
    internal static double[] Powers(double from, double to, int count) => [.. Evenly(from, to, count).Select(power => Math.Pow(10, power))];
}

/// <summary>Compares logits of a validation set with the best so far.</summary>
/// <param name="set">The images.</param>
internal sealed class ValidationTracker(LabelledFeatures set)
{
    private readonly Tensor? _weights = set.BalanceClasses ? ClassBalance.Weights(set.Labels, classes: 0) : null;
    private (double Correct, double Loss) _best = (-1, double.PositiveInfinity);

    /// <summary>
    /// Whether the accuracy is higher than the best so far, or equal at a lower cross entropy; these logits are then
    /// the best.
    /// </summary>
    /// <param name="logits">[H, C].</param>
    internal bool IsBetter(Tensor logits)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var correct = Top1Accuracy.CountCorrect(logits, set.Labels, _weights);
        if (correct < _best.Correct)
            return false;
        var loss = (double)ClassBalance.WeightedCrossEntropy(logits.to(ScalarType.Float32), set.Labels, _weights).item<float>();
        if (correct == _best.Correct && !(loss < _best.Loss))
            return false;
        _best = (correct, loss);
        return true;
    }
}
