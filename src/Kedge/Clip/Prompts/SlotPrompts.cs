using Kedge.Clip.Towers;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>
/// Prompts of one template whose placeholder is m learned token embeddings: SOS before V after EOS. Only the slots and what follows them are encoded:
/// the tower is causal, so what comes before is the same for every prompt and is encoded once, here, without gradient; nothing comes after EOS; and
/// of the last block only the position of EOS is computed. Exactly the features of the 77-position encoding, for about a thirtieth of the work.
/// </summary>
internal sealed class SlotPrompts : ISlotPrompts
{
    private readonly ClipNetwork _clip;
    private readonly Func<string, IReadOnlyList<int>> _tokens;
    private readonly int _slots;
    private readonly KeyValue[] _prefix; // a block each: [1, H, Lp, W/H]
    private readonly Tensor _after; // [1, La, W], the words after the slots and EOS

    /// <param name="clip">The network; not owned.</param>
    /// <param name="tokens">Words to ids, without start and end of text.</param>
    /// <param name="before">Ids before the slots, start of text included.</param>
    /// <param name="after">Ids after the slots, end of text included.</param>
    /// <param name="slots">Learned tokens a prompt, m ≥ 1.</param>
    public SlotPrompts(ClipNetwork clip, Func<string, IReadOnlyList<int>> tokens, IReadOnlyList<int> before, IReadOnlyList<int> after, int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        var (context, length) = (clip.Configuration.Text.ContextLength, before.Count + slots + after.Count);
        if (length > context)
            throw new KedgeException($"A prompt of {before.Count + after.Count} fixed and {slots} learned tokens has {length} positions, and the text tower {context}: shorten the template or learn fewer tokens.");
        (_clip, _tokens, _slots) = (clip, tokens, slots);

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _after = Embed(after).unsqueeze(0);
        _prefix = clip.Prefix(Embed(before).unsqueeze(0));
        scope.Detach(Kept);
    }

    /// <inheritdoc/>
    public int Slots => _slots;

    /// <inheritdoc/>
    public Tensor Start(IReadOnlyList<string> words)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var rows = words.Select(word => Embed([.. Enumerable.Repeat(_tokens(word), _slots).SelectMany(ids => ids).Take(_slots)]));
        return stack(rows.ToArray()).MoveToOuterDisposeScope(); // [K, m, W]
    }

    /// <inheritdoc/>
    public Tensor Encode(Tensor slots)
    {
        using var scope = NewDisposeScope();
        return _clip.EncodeAfter(cat([slots, _after.expand(slots.shape[0], -1, -1)], 1), _prefix).Unit().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Kept)
            tensor.Dispose();
    }

    private Tensor[] Kept => [_after, .. _prefix.SelectMany(layer => new[] { layer.Key, layer.Value })];

    // ids → [L, W]
    private Tensor Embed(IReadOnlyList<int> ids) => _clip.token_embedding.Of(ids);
}
