using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// Collects the attention weights of one forward pass through a tower, so that they and gradients in them can be looked
/// at. It is the caller's and given along with the pass: the tower keeps nothing, and passes of other threads do not
/// meet it. Owns the weights.
/// </summary>
internal sealed class AttentionProbe : IDisposable
{
    private readonly List<Tensor> _weights = [];

    /// <summary>How many of a transformer's last blocks are looked at. Default all.</summary>
    public int Blocks { get; init; } = int.MaxValue;

    /// <summary>
    /// [B, H, queries, keys] of each block, the first block first: softmax of the scores, rows that sum to 1. Where
    /// gradients are on, each is a part of the graph, also in a tower that is frozen.
    /// </summary>
    public IReadOnlyList<Tensor> Weights => _weights;

    /// <summary>
    /// The gradients of a scalar in <see cref="Weights"/>, in the same order; the graph stays for further calls.
    /// </summary>
    /// <param name="scalar">Computed from what the tower gave.</param>
    /// <returns>New tensors in the current dispose scope; they carry no gradient themselves.</returns>
    public IReadOnlyList<Tensor> Gradients(Tensor scalar) => [.. autograd.grad([scalar], _weights, retain_graph: true)];

    /// <summary>This probe for a block that is looked at, else <see langword="null"/>.</summary>
    /// <param name="fromEnd">1 for the last block, 2 for the one before it, and so on.</param>
    public AttentionProbe? At(int fromEnd) => fromEnd <= Blocks ? this : null;

    /// <summary>Takes the weights of the next block.</summary>
    /// <param name="weights">[B, H, queries, keys].</param>
    /// <returns>What to go on with: the same numbers, from here on in the graph.</returns>
    public Tensor Keep(Tensor weights)
    {
        var kept = weights.requires_grad || !is_grad_enabled() ? weights : weights.detach().requires_grad_();
        _weights.Add(kept.DetachFromDisposeScope());
        return kept;
    }

    public void Dispose()
    {
        foreach (var weights in _weights)
            weights.Dispose();
    }
}
