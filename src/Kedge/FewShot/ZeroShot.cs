using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// Zero-shot CLIP: A. Radford et al., "Learning Transferable Visual Models From Natural Language
/// Supervision", 2021, arXiv 2103.00020.
/// <code>
///     t_c = unit(mean over templates of unit text features)      [C, D]   (the task brings them)
///     logits = s · f Tᵀ                                          [B, C]
/// </code>
/// Learns nothing and uses no support image. Inductive: an image's logits depend on no other image.
/// </summary>
public sealed class ZeroShot() : FewShotMethod(CatalogName, new NoOptions())
{
    internal const string CatalogName = "zero-shot";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Names;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) => LinearClassifier.FromWeight(task.Classes.Features);

    /// <inheritdoc/>
    public override bool Continues => true;

    /// <inheritdoc/>
    protected override Fitted ContinueCore(ClassifierState learned, FewShotTask task, FitRun run) =>
        LinearClassifier.Append(learned, FitCore(task, run));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new ZeroShotClassifier(state);

    /// <summary>The formula, which most methods begin with: s · f Tᵀ.</summary>
    /// <param name="imageFeatures">f [B, D] F32 unit.</param>
    /// <param name="classFeatures">T [C, D] F32, on the same device.</param>
    /// <param name="logitScale">s; 100 for OpenAI's weights.</param>
    /// <returns>A new tensor [B, C] in the current dispose scope, differentiable in both.</returns>
    public static Tensor Logits(Tensor imageFeatures, Tensor classFeatures, float logitScale) =>
        imageFeatures.matmul(classFeatures.t()).Mul(logitScale);
}

/// <summary>The class features as weights; novel classes bring theirs.</summary>
internal sealed class ZeroShotClassifier(ClassifierState state) : LinearClassifier(state)
{
    protected override FewShotClassifier TransferCore(ClassSet classes) =>
        new ZeroShotClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { [WeightName] = classes.Features }));
}
