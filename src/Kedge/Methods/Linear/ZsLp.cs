using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>
/// ZS-LP, a linear probe that starts from the class names: the baseline of the paper of <see cref="Clap"/> (arXiv
/// 2312.12730), which is CLAP without its constraint.
/// <code>
///     loss = cross entropy(logits, labels)       w [C, D] from r_c t_c, SGD with momentum, cosine to 0
///     logits = s · f unit(w)ᵀ                    [B, C]
/// </code>
/// Differences from the published code: as <see cref="Clap"/>'s. 0 epochs are zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">How the prototypes are learned.</param>
public sealed class ZsLp(ClapOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "zs-lp";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) =>
        LinearClassifier.FromWeight(Clap.Learn(task, run, options, TextNorms.Of(task, options.Length, Name, run), strengths: null));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
}
