using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>Pools a grid of features by attention: the mean of the positions asks the mean and all positions.</summary>
internal sealed class AttentionPool : nn.Module
{
    private readonly int _heads;
    public readonly Parameter positional_embedding;
    public readonly Linear k_proj, q_proj, v_proj, c_proj;

    public AttentionPool(Weights weights, int patches, int width, int heads, int featureWidth) : base(nameof(AttentionPool))
    {
        _heads = heads;
        positional_embedding = weights.Parameter(nameof(positional_embedding), patches + 1, width);
        k_proj = new Linear(weights[nameof(k_proj)], width, width);
        q_proj = new Linear(weights[nameof(q_proj)], width, width);
        v_proj = new Linear(weights[nameof(v_proj)], width, width);
        c_proj = new Linear(weights[nameof(c_proj)], width, featureWidth);
        RegisterComponents();
    }

    /// <summary>Queries, keys and values of the pooling.</summary>
    public IEnumerable<AdaptableWeight> AdaptableWeights(string scope)
    {
        foreach (var (name, linear) in new[] { (nameof(q_proj), q_proj), (nameof(k_proj), k_proj), (nameof(v_proj), v_proj) })
            yield return new AdaptableWeight($"{scope}{name}.weight", linear.weight, parts: 1, path => linear.Path = path);
    }

    /// <summary>Packs the weights of queries, keys and values for inference.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        foreach (var linear in new[] { q_proj, k_proj, v_proj })
            linear.Pack(type);
    }

    /// <summary>Pools a grid of any size.</summary>
    /// <param name="grid">[B, C, h, w].</param>
    /// <param name="queries">
    /// How many ask: 1, or 1 + h · w. The first is the mean of the positions, the others are the positions in order.
    /// </param>
    /// <param name="probe">
    /// What is given the weights [B, H, queries, 1 + h · w]; <see langword="null"/> for nothing.
    /// </param>
    /// <returns>[B, queries, C], before the last projection.</returns>
    public Tensor Pool(Tensor grid, int queries, AttentionProbe? probe = null)
    {
        var positions = PositionTable.Resize(positional_embedding, grid.shape[2], grid.shape[3], antialias: false);
        var x = grid.flatten(2).transpose(1, 2); // [B, P, C]
        x = cat([x.mean([1], keepdim: true), x], 1).Add(positions.In(grid)); // [B, 1 + P, C]
        var (query, key, value) = (Heads(q_proj.forward(x.narrow(1, 0, queries))), Heads(k_proj.forward(x)), Heads(v_proj.forward(x)));
        var pooled = ScaledDotProduct.Attend(query, key, value, causal: false, probe);
        return pooled.transpose(1, 2).reshape(x.shape[0], queries, -1);
    }

    // [B, L, C] → [B, H, L, C/H]
    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}
