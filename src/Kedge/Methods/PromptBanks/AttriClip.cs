using Kedge.FewShot;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// AttriCLIP: R. Wang et al., "AttriCLIP: A Non-Incremental Learner for Incremental Knowledge Learning", CVPR 2023,
/// arXiv 2305.11488: a bank of prompts, of which each image picks some by keys; classes that arrive over time are
/// learned into the same bank, and no image is kept.
/// <code>
///     a = z kᵀ,  J_b = the S largest of a_b, largest first      [B, K], [B, S]    z unit images, k [K, D], p [K, M, W]
///     w_bc = unit(text tower(p_Jb1 … p_JbS NAME_c "."))         [B, C, D]
///     logits_bc = s · z_b · w_bc                                 [B, C]
///     L_m = cross entropy(logits, labels)                        over the classes of the task that is learned
///     L_k = 1 − mean over b, j of z_b · unit(k_Jbj)
///     L_p = mean over i ≠ j of |g_i · g_j|                       g_i = unit(text tower(p_i "."))
///     loss = L_m + λ_k L_k + λ_p L_p                             SGD, cosine to a thousandth, anew for each task
/// </code>
/// No gradient passes through the choice: keys learn from L_k alone, prompts from L_m and L_p. Defaults are the paper's
/// and its code's (bhrqw/AttriCLIP). Differences from that code: CLIP is frozen, as the paper says, where the code
/// trains the text tower and the logit scale too; keys have the joint width D, where the code takes the text width;
/// underscores in names are blanks; L_p has no filler (<see cref="AttriClipOptions.Filler"/>); the rate follows the
/// batch that there is; each epoch takes the next of the task's cached views, where there it flips photos at random;
/// uneven classes are balanced as everywhere here. The task's templates are not used. Inductive.
/// </summary>
/// <param name="options">The bank and how it is learned.</param>
internal sealed class AttriClip(AttriClipOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "attriclip";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.TextTower;

    /// <inheritdoc/>
    public override bool Continues => true;

    /// <inheritdoc/>
    protected internal override long BytesToFit(FewShotTask task) =>
        AttriClipTraining.Bytes(options, task.Classes.Count, task.Encoder?.TextTower?.Width ?? 0);

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) =>
        Learn(PromptBank.Draw(options, task, task.Encoder!.TextTower!.Width), null, task, run);

    /// <inheritdoc/>
    protected override Fitted ContinueCore(ClassifierState learned, FewShotTask task, FitRun run) =>
        Learn(PromptBank.Take(learned, options), AttriClipDetails.Read(learned), task, run);

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new AttriClipClassifier(state, options);

    private Fitted Learn(PromptBank start, AttriClipDetails? before, FewShotTask task, FitRun run)
    {
        var bank = new PromptBank(new Parameter(start.Keys.clone()), new Parameter(start.Prompts.clone()));
        using var alone = task.Encoder!.TextTower!.Prompts([PromptBank.AloneSequence(options)]);
        new AttriClipTraining(options, task, run).Learn(bank, alone);
        using var noGrad = no_grad();
        var tensors = bank.Tensors;
        tensors[AttriClipClassifier.AttributesName] = bank.Features(alone);
        return new Fitted(tensors, Details: AttriClipDetails.Describe(bank, before, task, options).ToJson());
    }
}
