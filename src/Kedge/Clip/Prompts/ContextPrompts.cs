using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>
/// Prompts of class names in a learned context: SOS, context, name, the rest of the context, ".", EOS. The tower is causal, so that what all classes begin with (SOS, and a
/// context that they share, as far as it comes before the name) is encoded once a call, with its gradient; then the classes by the number of their names' tokens, so that
/// no position is padding; and of the last block only the position of EOS. Exactly the features of the 77-position encoding.
/// </summary>
internal sealed class ContextPrompts : IContextPrompts
{
    private readonly ClipNetwork _clip;
    private readonly int _before; // context tokens before the name
    private readonly Tensor _start; // [1, 1, W], SOS
    private readonly Tensor _end; // [Le, W], what follows the last learned token or the name
    private readonly Names[] _names;
    private readonly Tensor _rows; // [C], where a class is among the names of all lengths

    /// <param name="clip">The network; not owned.</param>
    /// <param name="tokenizer">Words to ids.</param>
    /// <param name="classNames">C names.</param>
    /// <param name="contextTokens">M ≥ 1.</param>
    /// <param name="position">Where the name stands.</param>
    public ContextPrompts(ClipNetwork clip, ClipTokenizer tokenizer, IReadOnlyList<string> classNames, int contextTokens, ContextPosition position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(contextTokens, 1);
        const string stop = ".";
        (_clip, ContextTokens, _before) = (clip, contextTokens, position == ContextPosition.End ? contextTokens : contextTokens / 2);
        var ids = classNames.Select(name => tokenizer.TokensOf(position == ContextPosition.End ? name + stop : name)).ToArray(); // "U.S." and a stop make one token
        int[] end = [.. position == ContextPosition.End ? [] : tokenizer.TokensOf(stop), tokenizer.EndId];
        var longest = ids.Index().MaxBy(name => name.Item.Count);
        var (length, most) = (1 + contextTokens + longest.Item.Count + end.Length, clip.Configuration.Text.ContextLength);
        if (length > most)
        {
            throw new KedgeException($"A prompt of {contextTokens} learned tokens and the class name '{classNames[longest.Index]}' has {length} positions, and the text tower {most}: " +
                "shorten the name or learn fewer tokens.");
        }
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var table = clip.token_embedding;
        (_start, _end) = (table.Of([tokenizer.StartId]).unsqueeze(0), table.Of(end));
        _names = [.. ids.Index().GroupBy(name => name.Item.Count).OrderBy(same => same.Key).Select(same => new Names(
            tensor(same.Select(name => (long)name.Index).ToArray(), device: _end.device), stack(same.Select(name => table.Of(name.Item)))))];
        _rows = cat([.. _names.Select(same => same.Classes)]).argsort();
        scope.Detach(Kept);
    }

    /// <inheritdoc/>
    public int ContextTokens { get; }

    /// <inheritdoc/>
    public Tensor Encode(Tensor context)
    {
        if (context.shape is not [var count, var owners, var tokens, _] || (owners != 1 && owners != _rows.shape[0]) || tokens != ContextTokens)
            throw new ArgumentException($"Prompts take contexts [n, 1 or {_rows.shape[0]}, {ContextTokens}, W], not [{string.Join(", ", context.shape)}].", nameof(context));
        using var scope = NewDisposeScope();
        var (before, after) = (context.narrow(2, 0, _before), context.narrow(2, _before, tokens - _before)); // [n, 1 or C, …, W]
        var prefix = _clip.Prefix(owners == 1 ? cat([_start.expand(count, 1, -1), before.squeeze(1)], 1) : _start);
        return cat([.. _names.Select(Features)], 1).index_select(1, _rows).Unit().MoveToOuterDisposeScope(); // [n, C, D]

        // [n, k, D]
        Tensor Features(Names names)
        {
            var k = names.Embeddings.shape[0];
            Tensor[] own = [names.Embeddings.expand(count, -1, -1, -1), Of(after), _end.expand(count, k, -1, -1)];
            var x = cat(owners == 1 ? own : [Of(before), .. own], 2).flatten(0, 1); // [n · k, L, W]
            return _clip.EncodeAfter(x, [.. prefix.Select(layer => new KeyValue(Each(layer.Key), Each(layer.Value)))]).view(count, k, -1);

            Tensor Of(Tensor part) => (owners == 1 ? part : part.index_select(1, names.Classes)).expand(count, k, -1, -1);

            Tensor Each(Tensor shared) => shared.shape[0] == 1 ? shared : shared.repeat_interleave(k, 0); // [n, H, Lp, W/H] → [n · k, …]
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Kept)
            tensor.Dispose();
    }

    private Tensor[] Kept => [_start, _end, _rows, .. _names.SelectMany(same => new[] { same.Classes, same.Embeddings })];

    /// <summary>Names of the same number of tokens.</summary>
    /// <param name="Classes">[k] int64.</param>
    /// <param name="Embeddings">[k, Ln, W].</param>
    private sealed record Names(Tensor Classes, Tensor Embeddings);
}
