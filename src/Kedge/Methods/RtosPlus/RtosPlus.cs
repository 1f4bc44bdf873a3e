using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// RTOS+, ours: a weighted sum of what carries few shots, RTOS (arXiv 2406.11252), Tip-Adapter-F (arXiv 2207.09519) and
/// the linear adapter of ProLIP (arXiv 2410.05270), each learned with a pull to zero-shot, and of closed forms, which
/// help from some shots on. It needs no validation data, and its logits decompose exactly into parts by anchor and by
/// support image.
/// <code>
///     logits = w₀ · s · x Tᵀ                                   the class names
///            + w_l · s · (unit(x Wᵀ) − x) Tᵀ                   the linear adapter, one number a class
///            + Σ_k α P_k(x) R_ck                               the anchors
///            + Σ_n [y_n = c] v_n exp(−β (1 − x F_n))           the support images: learned keys,
///            + Σ_n (w_g z Σ⁻¹ z_n [y_n = c] / N_c + w_r z z_n A_nc)    Gaussian discriminant and ridge
///            + b_c
/// </code>
/// z is the image feature with its projection taken back, centred (<see cref="SupportMembers"/>). The weights begin at
/// a plain sum and move from it as far as held-out support images show (<see cref="MemberWeights"/>): the learned
/// members by four-fold cross-fitting, ridge by leave-one-out, the discriminant by four folds. With one shot a class
/// there are none, and zero-shot's accuracy on the support images says how much ridge is added. Deterministic but for
/// the seed. Inductive.
/// </summary>
/// <param name="options">The anchors.</param>
public sealed class RtosPlus(RtosPlusOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "rtos+";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        using var training = RtosTraining.Run(task, options.Rtos, run);
        var learned = LearnedMembers.Fit(task, options, new PartProgress(run), run.Cancellation);
        var members = SupportMembers.Fit(task);
        var zeroShot = ZeroShot.Logits(task.Support.MeanOverViews(), task.Classes.Features, task.Classes.LogitScale); // [N, C]
        var (weights, bias) = MemberWeights.Find(task, zeroShot, members.HeldOutLogits, () => OutOfFold.Logits(
            task, training, run, (part, fold, images) => LearnedMembers.FitLogits(part, options, fold, images)));
        using var noGrad = no_grad();
        var fitted = RtosPlusClassifier.CreateFitted(task, training, learned, members, weights, bias);
        return task.CountShots().Max() < 2 ? fitted : fitted with { Selection = Fitted.SupportSet };
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new RtosPlusClassifier(state);
}
