using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// RTOS+, ours: RTOS (arXiv 2406.11252) and the strongest closed forms, weighted by stacking on support images that
/// they were not fitted on. It needs no validation data, and its logits decompose exactly into parts by anchor and by
/// support image.
/// <code>
///     logits = w₀ · s · x Tᵀ                                   the class names
///            + Σ_k (α P_k(x) R_ck + w_a P⁰_k(x) B_kc)          the anchors: RTOS as learned, and ridge on the
///                                                              attention over the anchors at their start
///            + Σ_n (w_g x Σ⁻¹ f_n [y_n = c] / N_c              the support images: Gaussian discriminant,
///                   + w_r x f_n A_nc + w_k k(x, f_n) A'_nc)    ridge, kernel ridge
///            + b_c
/// </code>
/// The weights are stacked (<see cref="Stacking"/>) on out-of-fold and leave-one-out logits; α then on the shots that
/// RTOS held out. With one shot a class nothing can be left out, and the weights are the prior of the stacking:
/// zero-shot as calibrated on the support images, the others the larger the lower its accuracy there. Deterministic but
/// for RTOS's seed. Inductive.
/// </summary>
/// <param name="options">The anchors.</param>
public sealed class RtosPlus(RtosPlusOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "rtos+";

    /// <summary>
    /// Each member's share of the prior standard deviation: discriminant, ridge, kernel, anchors. Sums to 1.
    /// </summary>
    private static readonly double[] Shares = [0.34, 0.27, 0.26, 0.13];

    /// <summary>
    /// The members' prior standard deviation, to be multiplied by the root of the shots: at a zero-shot accuracy of 0
    /// and of 1.
    /// </summary>
    private const double DeviationAtZeroAccuracy = 1, DeviationAtFullAccuracy = 0.2;

    private const double ErrorExponent = 1.5; // of zero-shot's error rate; chosen on validation images: docs/rtos.md

    private const double PriorImages = 8; // weight of the prior, in images
    private const double PriorRtosWeight = 0.25; // of RTOS as it was learned, which is worth 1 beside zero-shot alone

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        using var training = RtosTraining.Run(task, options.Rtos, run);
        using var noGrad = no_grad();
        var images = task.Support.MeanOverViews();
        var members = SupportMembers.Fit(task, RelationTransition.Attention(images, training.Fit.Start, training.Fit.AttentionTemperature));
        Tensor[] logits =
            [ZeroShot.Logits(images, task.Classes.Features, task.Classes.LogitScale), .. members.HeldOutLogits]; // [N, C] each
        var weights = FitWeights(task, training, logits);
        var (scale, alpha) = FitRtosWeight(training, Stacking.Sum(logits, weights));
        var scaled = weights.Select(weight => weight * scale).ToArray();
        return RtosPlusClassifier.CreateFitted(task, training,
            members, new RtosPlusWeights(scaled[0], scaled[1], scaled[2], members.OnKernel is null ? 0 : scaled[3], scaled[4]), alpha);
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new RtosPlusClassifier(state);

    /// <summary>The weights of zero-shot, discriminant, ridge, kernel and anchors.</summary>
    private static double[] FitWeights(FewShotTask task, RtosTraining training, Tensor[] logits)
    {
        var deviations = logits.Select(member => Stacking.Deviation(member, task.Support.Labels)).ToArray();
        var accuracy = Top1Accuracy.Measure(logits[0], task.Support.Labels);
        var memberDeviation = (DeviationAtZeroAccuracy * Math.Pow(1 - accuracy, ErrorExponent) + DeviationAtFullAccuracy * accuracy)
            * Math.Sqrt(task.Support.Count / (double)task.Classes.Count);
        double[] prior = [training.ZeroShotWeight * deviations[0], .. Shares.Select(share => share * memberDeviation)];
        var rows = HeldOutShots.RowsOfMultiShotClasses(task);
        var weights = rows.shape[0] == 0 ? prior : Stacking.Weights(
            [.. logits.Select((member, m) => member.index_select(0, rows).Div(deviations[m]))],
            task.Support.Labels.index_select(0, rows), prior, PriorImages);
        return [.. weights.Zip(deviations, (weight, deviation) => weight / deviation)];
    }

    /// <summary>The factor of all other members and α, by stacking on the shots that RTOS held out.</summary>
    private static (double Scale, double Alpha) FitRtosWeight(RtosTraining training, Tensor rest)
    {
        var unit = training.Fit.Alpha * training.BoundedZeroShotWeight;
        if (training is not { HeldOut: { } held, HeldOutTransition: { } transition })
            return (1, unit * PriorRtosWeight);
        var weights = Stacking.Weights(
            [rest.index_select(0, held.Held), transition.Mul(unit)], held.Labels, [1, PriorRtosWeight], PriorImages);
        return (weights[0], weights[1] * unit);
    }
}
