using Kedge.Checkpoints;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>The two-layer perceptron of a block, width → 4 width → width.</summary>
internal sealed class Mlp : nn.Module<Tensor, Tensor>
{
    private const float QuickGeluSlope = 1.702f;
    private readonly Activation _activation;
    public readonly Linear c_fc;
    public readonly Linear c_proj;

    public Mlp(Weights weights, int width, int hidden, Activation activation) : base(nameof(Mlp))
    {
        _activation = activation;
        c_fc = new Linear(weights[nameof(c_fc)], width, hidden);
        c_proj = new Linear(weights[nameof(c_proj)], hidden, width);
        RegisterComponents();
    }

    /// <summary>Packs the weights for inference, the nonlinearity and its slope along with them.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (slope, f) = _activation == Activation.Gelu ? (1f, Nonlinearity.Gelu) : (QuickGeluSlope, Nonlinearity.Silu);
        c_fc.Packed = new PackedLinear(c_fc.weight.Mul(slope), c_fc.bias.Mul(slope), type, f);
        c_proj.Packed = new PackedLinear(c_proj.weight.Div(slope), c_proj.bias, type);
    }

    public override Tensor forward(Tensor x)
    {
        if (c_fc.Packed is not null)
            return c_proj.forward(c_fc.forward(x));
        if (_activation == Activation.Gelu)
            return c_proj.forward(nn.functional.gelu(c_fc.forward(x)));
        // x·σ(1.702x) = silu(1.702x) / 1.702: the two products ride along with the matrix products, and one pass is left
        var rows = x.reshape(-1, x.shape[^1]);
        var hidden = addmm(c_fc.bias.In(x), rows, c_fc.weight.In(x).t(), QuickGeluSlope, QuickGeluSlope);
        hidden = hidden.requires_grad ? nn.functional.silu(hidden) : nn.functional.silu(hidden, inplace: true);
        return addmm(c_proj.bias.In(x), hidden, c_proj.weight.In(x).t(), 1, 1 / QuickGeluSlope).view(x.shape);
    }
}

/// <summary>One layer: x + attention(ln_1 x), then x + mlp(ln_2 x).</summary>
internal sealed class ResidualAttentionBlock : nn.Module
{
    public readonly Attention attn;
    public readonly LayerNorm ln_1;
    public readonly Mlp mlp;
    public readonly LayerNorm ln_2;

    public ResidualAttentionBlock(Weights weights, TransformerConfiguration configuration) : base(nameof(ResidualAttentionBlock))
    {
        attn = new Attention(weights[nameof(attn)], configuration.Width, configuration.Heads);
        ln_1 = new LayerNorm(weights[nameof(ln_1)], configuration.Width);
        mlp = new Mlp(weights[nameof(mlp)], configuration.Width, configuration.MlpWidth, configuration.Activation);
        ln_2 = new LayerNorm(weights[nameof(ln_2)], configuration.Width);
        RegisterComponents();
    }

    /// <summary>Packs the weights of the products for inference; norms and sums stay F32.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        attn.Pack(type);
        mlp.Pack(type);
    }

    /// <summary>[B, L, W] → [B, L, W].</summary>
    public Tensor Forward(Tensor x, bool causal, AttentionProbe? probe = null)
    {
        x = x.Add(attn.Forward(ln_1.forward(x), causal, probe));
        return x.Add(mlp.forward(ln_2.forward(x)));
    }

    /// <summary>
    /// As <see cref="Forward"/>, causal, for positions after a shared prefix: [B, L, W] → the last
    /// <paramref name="queries"/> positions [B, queries, W].
    /// </summary>
    public Tensor AfterPrefix(Tensor x, KeyValue prefix, Tensor mask, int queries)
    {
        var attended = attn.AfterPrefix(ln_1.forward(x), prefix, mask, queries);
        x = x.narrow(1, x.shape[1] - queries, queries).Add(attended);
        return x.Add(mlp.forward(ln_2.forward(x)));
    }
}

/// <summary>A stack of blocks, pre-norm, as both towers use it.</summary>
internal sealed class Transformer : nn.Module
{
    public readonly ModuleList<ResidualAttentionBlock> resblocks;

    public Transformer(Weights weights, TransformerConfiguration configuration) : base(nameof(Transformer))
    {
        resblocks = new(Enumerable.Range(0, configuration.Layers)
            .Select(i => new ResidualAttentionBlock(weights[nameof(resblocks)][i], configuration)).ToArray());
        RegisterComponents();
    }

    /// <summary>Queries, keys and values of every block.</summary>
    /// <param name="scope">What the names of this stack's weights begin with.</param>
    public IEnumerable<AdaptableWeight> AdaptableWeights(string scope) => resblocks.Select((block, layer) => new AdaptableWeight(
        $"{scope}resblocks.{layer}.attn.in_proj_weight", block.attn.in_proj_weight, parts: 3, path => block.attn.Path = path));

    /// <summary>[B, L, W] → [B, L, W].</summary>
    /// <param name="x">[B, L, W].</param>
    /// <param name="causal">Whether a position sees only itself and those before it.</param>
    /// <param name="probe">
    /// What is given the weights [B, H, L, L] of the blocks that it looks at; <see langword="null"/> for nothing.
    /// </param>
    public Tensor Forward(Tensor x, bool causal = false, AttentionProbe? probe = null)
    {
        foreach (var (layer, block) in resblocks.Index())
        {
            using var scope = NewDisposeScope();
            x = block.Forward(x, causal, probe?.At(resblocks.Count - layer)).MoveToOuterDisposeScope();
        }
        return x;
    }
}
