using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

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

    /// <summary>[B, C, h, w] → [B, queries, C], before the last projection; query 0 is the mean, the others are the positions in order.</summary>
    public Tensor Pool(Tensor grid, int queries)
    {
        var x = grid.flatten(2).transpose(1, 2); // [B, P, C]
        x = cat([x.mean([1], keepdim: true), x], 1).Plus(positional_embedding.In(grid)); // [B, 1 + P, C]
        var pooled = F.scaled_dot_product_attention(Heads(q_proj.forward(x.narrow(1, 0, queries))), Heads(k_proj.forward(x)), Heads(v_proj.forward(x)));
        return pooled.transpose(1, 2).reshape(x.shape[0], queries, -1);
    }

    // [B, L, C] → [B, H, L, C/H]
    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}
