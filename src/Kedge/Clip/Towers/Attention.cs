using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>Keys and values of positions that come before those at hand, [1 or B, H, Lp, W/H] each.</summary>
internal readonly record struct KeyValue(Tensor Key, Tensor Value);

/// <summary>Multi-head self-attention with one projection for query, key and value.</summary>
internal sealed class Attention : nn.Module
{
    private readonly int _heads;
    private readonly int _width;
    private PackedLinear? _packed; // of the projections, for inference
    public readonly Parameter in_proj_weight;
    public readonly Parameter in_proj_bias;
    public readonly Linear out_proj;

    public Attention(Weights weights, int width, int heads) : base(nameof(Attention))
    {
        (_width, _heads) = (width, heads);
        in_proj_weight = weights.Parameter(nameof(in_proj_weight), 3 * width, width);
        in_proj_bias = weights.Parameter(nameof(in_proj_bias), 3 * width);
        out_proj = new Linear(weights[nameof(out_proj)], width, width);
        RegisterComponents();
    }

    /// <summary>
    /// An update beside <see cref="in_proj_weight"/>, while it is learned, which <see cref="Forward"/> alone knows;
    /// <see langword="null"/> for none.
    /// </summary>
    public IProjectionPath? Path { get; set; }

    /// <summary>Packs the weights for <see cref="Forward"/> without gradients.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        _packed = new PackedLinear(in_proj_weight, in_proj_bias, type);
        out_proj.Pack(type);
    }

    /// <summary>Every position attends to every position, or (causal) to itself and those before it.</summary>
    /// <param name="x">[B, L, W].</param>
    /// <param name="causal">Whether a position sees only itself and those before it.</param>
    /// <param name="probe">What is given the weights [B, H, L, L]; <see langword="null"/> for nothing.</param>
    /// <returns>[B, L, W].</returns>
    public Tensor Forward(Tensor x, bool causal, AttentionProbe? probe = null)
    {
        var projected = _packed?.Apply(x) ?? F.linear(x, in_proj_weight.In(x), in_proj_bias.In(x));
        var qkv = Split(Path is null ? projected : projected.Add(Path.Apply(x)), 3); // 3 × [B, H, L, W/H]
        return out_proj.forward(Join(Attend(qkv[0], qkv[1], qkv[2], causal, probe)));
    }

    /// <summary>The keys and values of <paramref name="x"/> [B, L, W] alone.</summary>
    public KeyValue KeyValues(Tensor x)
    {
        var kv = Split(F.linear(x, in_proj_weight.narrow(0, _width, 2 * _width), in_proj_bias.narrow(0, _width, 2 * _width)), 2);
        return new KeyValue(kv[0], kv[1]);
    }

    /// <summary>
    /// The last <paramref name="queries"/> positions attend to a shared prefix and, causally, to one another.
    /// </summary>
    /// <param name="x">[B, L, W], the positions after the prefix.</param>
    /// <param name="prefix">Keys and values of the prefix, [1, H, Lp, W/H].</param>
    /// <param name="mask">[queries, Lp + L], 0 where a query may look and −∞ elsewhere.</param>
    /// <param name="queries">How many of the last positions ask, 1 to L.</param>
    /// <returns>[B, queries, W].</returns>
    public Tensor AfterPrefix(Tensor x, KeyValue prefix, Tensor mask, int queries)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        Tensor query, key, value;
        if (queries == length)
        {
            var qkv = Split(F.linear(x, in_proj_weight, in_proj_bias), 3);
            (query, key, value) = (qkv[0], qkv[1], qkv[2]);
        }
        else
        {
            query = Split(F.linear(x.narrow(1, length - queries, queries), in_proj_weight.narrow(0, 0, _width),
                in_proj_bias.narrow(0, 0, _width)), 1)[0];
            (key, value) = KeyValues(x);
        }
        key = cat([prefix.Key.expand(batch, -1, -1, -1), key], 2); // [B, H, Lp + L, W/H]
        value = cat([prefix.Value.expand(batch, -1, -1, -1), value], 2);
        return out_proj.forward(Join(F.scaled_dot_product_attention(query, key, value, mask)));
    }

    protected override void Dispose(bool disposing)
    {
        _packed?.Dispose();
        base.Dispose(disposing);
    }

    // Without a mask bfloat16 goes in products over the batch: libtorch's attention prepares one for each image and head, which on a CPU
    // takes five times as long at 65 positions (and no longer for the few of AttentionPool).
    private static Tensor Attend(Tensor query, Tensor key, Tensor value, bool causal, AttentionProbe? probe) =>
        query.dtype == ScalarType.BFloat16 && !causal && probe is null
            ? matmul(ScaledDotProduct.Weights(query, key, causal), value)
            : ScaledDotProduct.Attend(query, key, value, causal, probe);

    // [B, L, n·W] → n × [B, H, L, W/H]
    private Tensor[] Split(Tensor x, int parts) => x.view(x.shape[0], x.shape[1], parts, _heads, -1).permute(2, 0, 3, 1, 4).unbind(0);

    // [B, H, L, W/H] → [B, L, W]
    private Tensor Join(Tensor x) => x.transpose(1, 2).reshape(x.shape[0], x.shape[2], _width);
}
