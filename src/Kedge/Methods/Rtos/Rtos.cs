using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;

namespace Kedge.Methods;

/// <summary>
/// RTOS, few-shot (arXiv 2406.11252; formula in <see cref="RelationTransition"/>): the anchors' [CLASS] tokens V are
/// learned through CLIP's frozen text tower, with the projections Wq and Wk of image and anchors.
/// <code>
///     A = unit(text tower("a photo of a" V "."))                                        [K, D]
///     loss = cross entropy(logits, labels) + (λ_w (‖Wq − I‖² + ‖Wk − I‖²) + λ_a Σ_k ‖A_k − A⁰_k‖²) / N
/// </code>
/// Stated in the paper: Query, Key, Value and the learned token. Chosen here (the full text and code were not
/// available): Wq and Wk learned from the identity, the L2 penalties towards the start, Adam with a cosine to 0, the
/// automatic temperatures and α. Nothing is chosen on data, unless <see cref="RtosOptions.HoldOut"/>
/// asks for it. Anchors start from the class names, or from words where these are given. Without a text tower they are
/// learned as points of the feature space. Every step takes the next of the task's cached views. Inductive.
/// </summary>
/// <param name="options">How many anchors, and how they are learned.</param>
public sealed class Rtos(RtosOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "rtos";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        using var training = RtosTraining.Run(task, options, run);
        var (fit, (query, key)) = (training.Fit, training.Fit.Projections);
        var fitted = RtosClassifier.CreateFitted(task, fit.Features(), fit.Anchors.Tokens, query, key, training.Details(training.Alpha));
        var bias = ClassBias.Fit(task, () => OutOfFold.Logits(task, training, run)[0].Add(
            ZeroShot.Logits(task.Support.MeanOverViews(), task.Classes.Features, task.Classes.LogitScale)));
        return bias is null ? fitted : fitted with { ClassBias = bias, Selection = Fitted.SupportSet };
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new RtosClassifier(state);
}
