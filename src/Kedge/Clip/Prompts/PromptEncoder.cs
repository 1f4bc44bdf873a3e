using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>
/// Prompts with learned rows through CLIP's text tower. The tower is causal, so that fixed tokens that all prompts
/// begin with are encoded once, here, without gradient; shared rows that follow them in every prompt once a call, with
/// their gradient; and of the last block only the position of the end of text. Exactly the features of the 77-position
/// encoding, for a small part of the work.
/// </summary>
internal sealed class PromptEncoder : IPromptEncoder
{
    private readonly ClipNetwork _clip;
    private readonly int _prompts;
    private readonly Tensor _begin; // [1, Lp, W], tokens that all prompts begin with
    private readonly KeyValue[] _prefix; // of these, a block each: [1, H, Lp, W/H]
    private readonly PromptSlot[] _sharedRows; // learned rows that all prompts go on with
    private readonly PromptGroups _afterTokens; // what follows the tokens
    private readonly PromptGroups _afterRows; // what follows these rows

    /// <param name="clip">The network; not owned.</param>
    /// <param name="tokenizer">Words to ids.</param>
    /// <param name="prompts">P ≥ 1 prompts.</param>
    public PromptEncoder(ClipNetwork clip, ClipTokenizer tokenizer, IReadOnlyList<PromptSequence> prompts)
    {
        ArgumentOutOfRangeException.ThrowIfZero(prompts.Count);
        PromptSlot[][] slots = [.. prompts.Select(prompt => PromptSlot.Tokenize(prompt, tokenizer, clip.Configuration.Text.ContextLength))];
        (_clip, _prompts) = (clip, slots.Length);
        Rows = slots.SelectMany(prompt => prompt).Where(slot => slot.Learned).Select(slot => slot.Index + 1).DefaultIfEmpty(0).Max();
        var common = Common(slots);
        var begin = common.TakeWhile(slot => !slot.Learned).Select(slot => slot.Index).ToArray();
        _sharedRows = slots.Length == 1 ? [] : LeadingRows(common[begin.Length..]);
        _afterTokens = new(slots, begin.Length, clip.token_embedding);
        _afterRows = _sharedRows.Length == 0 ? _afterTokens : new(slots, begin.Length + _sharedRows.Length, clip.token_embedding);

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _begin = clip.token_embedding.Of(begin).unsqueeze(0);
        _prefix = clip.Prefix(_begin);
        scope.Detach(Tensors);
    }

    /// <inheritdoc/>
    public int Rows { get; }

    /// <inheritdoc/>
    public Tensor Encode(Tensor rows)
    {
        if (rows.shape is not [var banks, var owners, var count, _] || (owners != 1 && owners != _prompts) || count != Rows)
        {
            throw new ArgumentException(
                $"Prompts take contexts [n, 1 or {_prompts}, {Rows}, W], not [{string.Join(", ", rows.shape)}].", nameof(rows));
        }
        using var scope = NewDisposeScope();
        var features = owners > 1 || _sharedRows.Length == 0
            ? _afterTokens.Encode(rows, x => _clip.EncodeAfter(x, _prefix))
            : AfterRows(rows);
        return features.Unit().MoveToOuterDisposeScope(); // [n, P, D]
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
            tensor.Dispose();
        _afterTokens.Dispose();
        _afterRows.Dispose();
    }

    private Tensor[] Tensors => [_begin, .. _prefix.SelectMany(layer => new[] { layer.Key, layer.Value })];

    // [n, 1, M, W] → [n, P, D]
    private Tensor AfterRows(Tensor rows)
    {
        var banks = rows.shape[0];
        var shared = rows.squeeze(1).narrow(1, _sharedRows[0].Index, _sharedRows.Length);
        var prefix = _clip.Prefix(cat([_begin.expand(banks, -1, -1), shared], 1)); // a block each: [n, H, Lp, W/H]
        return _afterRows.Encode(rows, x =>
        {
            var prompts = x.shape[0] / banks;
            return _clip.EncodeAfter(x, [.. prefix.Select(layer => new KeyValue(Each(layer.Key), Each(layer.Value)))]);

            Tensor Each(Tensor keys) => banks == 1 ? keys : keys.repeat_interleave(prompts, 0); // [n, H, Lp, W/H] → [n · k, …]
        });
    }

    // learned rows one after the other
    private static PromptSlot[] LeadingRows(PromptSlot[] slots) =>
        [.. slots.TakeWhile((slot, place) => slot == new PromptSlot(slots[0].Index + place, Learned: true))];

    // what all prompts begin with; the end of text, which is always encoded, is never a part of it
    private static PromptSlot[] Common(PromptSlot[][] prompts)
    {
        var most = prompts.Min(slots => slots.Length) - 1;
        var length = Enumerable.Range(0, most).TakeWhile(place => prompts.All(slots => slots[place] == prompts[0][place])).Count();
        return prompts[0][..length];
    }
}
