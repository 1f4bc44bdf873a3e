using Kedge.Clip.Relevance;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>
/// Prompts of class names through CLIP's text tower, all of their positions in every block, as relevance runs through
/// all of them. They are cut after the longest: what comes after an end of text carries nothing.
/// </summary>
internal sealed class ProbedPrompts : IProbedPrompts
{
    private readonly ClipNetwork _clip;
    private readonly Tensor _tokens; // [C, L, W], 0 where a learned row stands
    private readonly Tensor _rows; // [C, L, W] int64: 1 + the learned row that stands there, or 0
    private readonly Tensor _ends; // [C] int64
    private readonly Tensor _names; // [C, L] F32: 1 at the class name's tokens

    /// <param name="clip">The network; not owned.</param>
    /// <param name="tokenizer">Words to ids.</param>
    /// <param name="prompts">C ≥ 1 prompts of class names.</param>
    /// <exception cref="KedgeException">A prompt is too long, or a class name has no token.</exception>
    public ProbedPrompts(ClipNetwork clip, ClipTokenizer tokenizer, IReadOnlyList<PromptSequence> prompts)
    {
        _clip = clip;
        PromptSlot[][] slots = [.. prompts.Select(prompt => PromptSlot.Tokenize(prompt, tokenizer, clip.Configuration.Text.ContextLength))];
        Range[] names = [.. prompts.Select(prompt => NameOf(prompt, tokenizer))];
        var length = slots.Max(prompt => prompt.Length);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var device = clip.logit_scale.device;
        var (learned, fixedIds) = (Table(slot => slot.Learned ? slot.Index + 1 : 0), Table(slot => slot.Learned ? 0 : slot.Index));
        var tokens = clip.token_embedding.forward(fixedIds);
        _rows = learned.unsqueeze(2).expand(-1, -1, tokens.shape[2]).contiguous();
        _tokens = tokens * _rows.eq(zeros_like(_rows));
        _ends = tensor(slots.Select(prompt => prompt.Length - 1L).ToArray(), device: device);
        var isName = names.SelectMany(name => Enumerable.Range(0, length).Select(i => Holds(name, i) ? 1f : 0f));
        _names = tensor(isName.ToArray(), device: device).view(slots.Length, length);
        scope.Detach(Tensors);

        Tensor Table(Func<PromptSlot, long> number) => tensor(slots.SelectMany(prompt => Enumerable.Range(0, length)
            .Select(i => i < prompt.Length ? number(prompt[i]) : 0)).ToArray(), device: device).view(slots.Length, length);
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor rows, AttentionProbe probe)
    {
        using var scope = NewDisposeScope();
        var bank = cat([zeros_like(rows.narrow(1, 0, 1)), rows], 1).expand(_rows.shape[0], -1, -1); // [C, 1 + M, W]
        var embeddings = _tokens.Add(bank.gather(1, _rows));
        return _clip.EncodeText(embeddings, _ends, probe).Unit().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor NameRelevance(IReadOnlyList<Tensor> weights, IReadOnlyList<Tensor> gradients) =>
        (TextRelevance.Shares(weights, gradients, _ends) * _names).amax(1);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
    }

    private Tensor[] Tensors => [_tokens, _rows, _ends, _names];

    private static bool Holds(Range range, int position) => position >= range.Start.Value && position < range.End.Value;

    // the class name's tokens stand where the first words of the prompt begin
    private static Range NameOf(PromptSequence prompt, ClipTokenizer tokenizer)
    {
        var start = 1 + prompt.Parts.TakeWhile(part => part.Words is null).Sum(part => part.Rows);
        var count = tokenizer.TokensOf(prompt.ClassName!).Count;
        return count > 0 ? start..(start + count) : throw new KedgeException(
            $"Learning prompts by relevance found the class name '{prompt.ClassName}', which has no token: give the class another name.");
    }
}
