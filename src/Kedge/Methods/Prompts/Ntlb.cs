using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="Ntlb"/>: those of CoOp, with the class name in the middle, and what the explanation weighs.
/// </summary>
public sealed record NtlbOptions : CoOpOptions
{
    internal const double MaxWeight = 10_000;

    /// <summary>CoOp's defaults, with the class name in the middle: the published code's command.</summary>
    public NtlbOptions() => Position = ContextPosition.Middle;

    /// <summary>
    /// λ, the weight of the explanation, 0 to 10,000; 0 is CoOp, bit for bit. Default none: so large that explanation
    /// and cross entropy pull alike on the context at the first step, which asks for no validation data. The published
    /// code names none.
    /// </summary>
    public double? ExplainWeight { get; init; }

    /// <summary>
    /// Whether the class names of other classes are to carry less, too. Default yes, as in the published code.
    /// </summary>
    public bool AlsoMinimise { get; init; } = true;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(ExplainWeight ?? 0, 0, MaxWeight, nameof(ExplainWeight));
        if (Position == ContextPosition.Middle && Start is null && ContextTokens % 2 == 1)
        {
            throw new KedgeException($"The option contextTokens is {ContextTokens} with the class name in the middle: " +
                "it must be even, or the name at the end (position=end).");
        }
    }
}

/// <summary>
/// No Token Left Behind: R. Paiss, H. Chefer, L. Wolf, "No Token Left Behind: Explainability-Aided Image Classification
/// and Generation", ECCV 2022, arXiv 2204.04908: CoOp, whose score is to rest on the class name.
/// <code>
///     t_c = unit(text tower(v_1 … v_M/2 NAME_c v_M/2+1 … v_M "."))       [C, D]      y_bc = s · f_b · t_c
///     e_bc = the largest relevance in y_bc of a token of NAME_c          <see cref="IProbedPrompts.NameRelevance"/>
///     loss = cross entropy + λ (− mean_b e_b,label + (1/(B·C)) Σ_b Σ_c≠label e_bc)
///     λ = ‖∂ cross entropy / ∂v‖ / ‖∂ explanation / ∂v‖                 at the first step, where no number is given
///     logits = s · f Tᵀ                                                 [B, C]      CoOp's, no relevance needed
/// </code>
/// The gradient of y in the attention is a constant of the loss, the attention is not. Differences from the published
/// code: the explanation is always in the loss, where there it is left out in mixed precision and unless a variable of
/// the environment is set; a text of which no token counts has relevance 0, where there it is NaN; an odd M is refused
/// in the middle, where there its halves differ; epochs by shots as CoOp's, 50 at one shot as there; cached views, a
/// rate that falls at every step and single precision, as <see cref="CoOp"/>. Inductive.
/// </summary>
/// <param name="options">The context, how it is learned, and λ.</param>
public sealed class Ntlb(NtlbOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "ntlb";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.TextTower;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var context = new LearnedContext(Name, options);
        if (options.ExplainWeight == 0)
            return context.Fit(task, run, CoOp.Loss);
        var tower = task.Encoder!.TextTower!;
        using var prompts =
            tower.ProbedPrompts(PromptSequence.OfClasses(task.Classes.PromptNames, context.Tokens(tower), options.Position));
        var weight = options.ExplainWeight;
        return context.Fit(task, run, Loss);

        Tensor Loss(ContextBatch batch)
        {
            using var probe = new AttentionProbe();
            var features = prompts.Encode(batch.Context.squeeze(0), probe);
            var logits = ZeroShot.Logits(batch.Images.Image, features, task.Classes.LogitScale);
            var entropy = task.CrossEntropy(logits, batch.Labels);
            var explanation = NameRelevanceLoss.Compute(logits, batch.Labels, prompts, probe, 1, options.AlsoMinimise ? 1 : 0);
            return entropy.Add(explanation, weight ??= Balance(entropy, explanation, batch.Context));
        }
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new CoOpClassifier(state, options.Position);

    // the λ at which both pull alike on the context; 0 where the explanation does not pull
    private static double Balance(Tensor entropy, Tensor explanation, Tensor context)
    {
        var (learned, explained) = (Pull(entropy), Pull(explanation));
        return explained > 0 ? Math.Min(learned / explained, NtlbOptions.MaxWeight) : 0;

        double Pull(Tensor loss)
        {
            var onContext = loss.Add(context.sum().Mul(0)); // an attention that is the same for all tokens does not depend on it
            return autograd.grad([onContext], [context], retain_graph: true)[0].norm().item<float>();
        }
    }
}
