using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// A bank of K prompts, each with a key by which images pick it: all that <see cref="AttriClip"/> learns, of a size
/// that does not depend on how many classes or tasks there have been.
/// </summary>
/// <param name="Keys">k [K, D] F32.</param>
/// <param name="Prompts">p [K, M, W] F32, learned token embeddings.</param>
internal sealed record PromptBank(Tensor Keys, Tensor Prompts)
{
    private const string KeysName = "keys", PromptsName = "prompts";
    private const double Deviation = 0.02;

    /// <summary>A bank of noise N(0, 0.02²).</summary>
    internal static PromptBank Draw(AttriClipOptions options, FewShotTask task, int width)
    {
        using var generator = new Generator((ulong)options.Seed, task.Device);
        return new(Noise(options.Prompts, task.FeatureWidth), Noise(options.Prompts, options.ContextTokens, width));

        Tensor Noise(params long[] shape) => randn(shape, device: task.Device, generator: generator).Mul(Deviation);
    }

    /// <summary>The bank of a state; stays owned by it.</summary>
    internal static PromptBank Take(ClassifierState state, AttriClipOptions options) => new(
        state.Take(KeysName, ScalarType.Float32, options.Prompts, state.FeatureWidth),
        state.Take(PromptsName, ScalarType.Float32, options.Prompts, options.ContextTokens, -1));

    /// <summary>The tensors as a state has them.</summary>
    internal Dictionary<string, Tensor> Tensors => new() { [KeysName] = Keys, [PromptsName] = Prompts };

    /// <summary>a = z kᵀ [B, K]: by the dot product, keys are not made unit.</summary>
    /// <param name="images">z [B, D] unit.</param>
    internal Tensor Scores(Tensor images) => images.matmul(Keys.t());

    /// <summary>J [B, S] int64: the keys of the largest scores, the largest first; no gradient passes.</summary>
    internal Tensor Pick(Tensor images, int picks)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return Scores(images).topk(picks, dim: 1).indexes.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The picked prompts one after the other: [G, S] to [G, 1, S · M, W], differentiable in the prompts.
    /// </summary>
    internal Tensor Rows(Tensor picks) =>
        Prompts.index_select(0, picks.flatten()).view(picks.shape[0], 1, picks.shape[1] * Prompts.shape[1], Prompts.shape[2]);

    /// <summary>L_k = 1 − mean over images and picks of z · unit(k), differentiable in the keys.</summary>
    internal Tensor KeyLoss(Tensor images, Tensor picks)
    {
        var picked = Keys.Unit().index_select(0, picks.flatten()).view(picks.shape[0], picks.shape[1], -1); // [B, S, D]
        return (picked * images.unsqueeze(1)).sum(2).mean().SubFrom(1);
    }

    /// <summary>L_p = mean over i ≠ j of |g_i · g_j|, differentiable in the prompts; 0 for one prompt.</summary>
    /// <param name="alone">The encoder of one prompt (<see cref="AloneSequence"/>).</param>
    internal Tensor PromptLoss(IPromptEncoder alone)
    {
        var features = Features(alone); // g [K, D]
        var (count, cosines) = (features.shape[0], features.matmul(features.t()).abs());
        return (cosines.sum() - cosines.trace()).Div(Math.Max(1, count * (count - 1)));
    }

    /// <summary>g [K, D] unit: each prompt by itself.</summary>
    internal Tensor Features(IPromptEncoder alone) => alone.Encode(Prompts.unsqueeze(1)).squeeze(1);

    /// <summary>A prompt without a class name: p_i filler ".".</summary>
    internal static PromptSequence AloneSequence(AttriClipOptions options) =>
        PromptSequence.OfTemplate("", $"{options.Filler}.", options.ContextTokens);

    /// <summary>
    /// The prompts of classes: p_J1 … p_JS NAME ".", underscores in names read as blanks; NAME "." without picks.
    /// </summary>
    internal static IReadOnlyList<PromptSequence> ClassSequences(IEnumerable<string> names, AttriClipOptions options, int picks) =>
    [
        .. names.Select(name => name.Replace('_', ' ')).Select(name => picks > 0
            ? PromptSequence.OfClass(name, picks * options.ContextTokens, ContextPosition.End)
            : new PromptSequence([PromptPart.Fixed($"{name}.")]) { ClassName = name }),
    ];
}
