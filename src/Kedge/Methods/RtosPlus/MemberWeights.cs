using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The weights of the members of RTOS+: zero-shot, RTOS, keys, adapter, ridge, discriminant.
/// <code>
///     w⁰ = g, ⅓ g, ⅓ g, ⅓ g, 1.2 (1 − r)² σ_zero-shot / σ_ridge, 0
///     w = argmin over w ≥ 0 of cross entropy(Σ_m w_m L_m, labels) + κ / 2Q · Σ_m σ_m² (w_m − τ w⁰_m)²
///     κ = max(64, 32 / (1 − r))
/// </code>
/// r is zero-shot's accuracy on the support images, which it has not seen; σ a member's standard deviation over the
/// classes that are not an image's own; L_m held-out logits of the Q images whose class has another; τ the scale at
/// which w⁰ is calibrated on them. w⁰ is the plain sum of three methods that each contain zero-shot, divided by three,
/// and, the less zero-shot can be trusted, ridge. An image that the names get right says little of the other members,
/// so the prior is worth as many images as hold 32 that they get wrong. g, for all that stands on the names, is 1
/// unless zero-shot's logits hold next to no information on the support images. With one shot a class w is w⁰.
/// </summary>
internal static class MemberWeights
{
    private const double Share = 1.0 / 3;
    private const double RidgeDeviation = 1.2; // of zero-shot's, where all it says is wrong
    private const double PriorImages = 64, PriorErrors = 32, MinError = 0.01;
    private const double TrustedInformation = 0.1; // of that of the labels, from which what stands on names has its whole weight

    /// <summary>Finds the weights.</summary>
    /// <param name="task">The support images.</param>
    /// <param name="zeroShot">[N, C].</param>
    /// <param name="closed">Held-out logits of ridge and discriminant, [N, C] each.</param>
    /// <param name="learned">Gives those of RTOS, keys and adapter, [N, C] each; not called where no class has
    /// two.</param>
    /// <returns>w, and the bias of uneven classes [C], null where there is none.</returns>
    internal static (double[] Weights, Tensor? Bias) Find(
        FewShotTask task, Tensor zeroShot, IReadOnlyList<Tensor> closed, Func<Tensor[]> learned)
    {
        var labels = task.Support.Labels;
        var accuracy = Top1Accuracy.Measure(zeroShot, labels, ClassBalance.Weights(task));
        var prior = Prior(zeroShot, closed[0], labels, ClassBalance.Weights(task), accuracy);
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        if (rows.shape[0] == 0)
            return (prior, null);
        var (rowLabels, rowWeights) = (labels.index_select(0, rows), ClassBalance.Weights(task, labels.index_select(0, rows)));
        Tensor[] logits = [.. new[] { zeroShot }.Concat(learned()).Concat(closed).Select(member => member.index_select(0, rows))];
        var scale = Stacking.Weight(Stacking.Sum(logits, prior), rowLabels, rowWeights);
        var deviations = logits.Select(member => Stacking.Deviation(member, rowLabels)).ToArray();
        var priorImages = Math.Max(PriorImages, PriorErrors / Math.Max(MinError, 1 - accuracy));
        var weights = Stacking.Weights([.. logits.Zip(deviations, (member, deviation) => member.Div(deviation))], rowLabels,
            [.. prior.Zip(deviations, (weight, deviation) => scale * weight * deviation)], priorImages, rowWeights);
        double[] found = [.. weights.Zip(deviations, (weight, deviation) => weight / deviation)];
        return (found, ClassBias.Fit(task, Stacking.Sum(logits, found), rowLabels));
    }

    private static double[] Prior(Tensor zeroShot, Tensor ridge, Tensor labels, Tensor? weights, double accuracy)
    {
        var calibrated = zeroShot.Mul(Stacking.Weight(zeroShot, labels, weights));
        var information = 1 - ClassBalance.WeightedCrossEntropy(calibrated, labels, weights).item<float>() / Math.Log(zeroShot.shape[1]);
        var ridgeWeight =
            RidgeDeviation * Math.Pow(1 - accuracy, 2) * Stacking.Deviation(zeroShot, labels) / Stacking.Deviation(ridge, labels);
        var names = Math.Clamp(information / TrustedInformation, 0, 1);
        return [names, Share * names, Share * names, Share * names, ridgeWeight, 0];
    }
}
