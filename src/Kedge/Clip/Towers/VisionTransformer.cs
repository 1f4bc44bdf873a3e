using Kedge.Features;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// CLIP's Vision Transformer (Radford et al. 2021; Dosovitskiy et al. 2020): patches and a class token through pre-norm
/// blocks; the class token's output, normalised and projected, is the image's feature. Patch features are the other
/// tokens put through the same norm and projection.
/// </summary>
internal sealed class VisionTransformer : VisionTower
{
    public readonly PatchEmbedding conv1;
    public readonly Parameter class_embedding;
    public readonly Parameter positional_embedding;
    public readonly LayerNorm ln_pre;
    public readonly Transformer transformer;
    public readonly LayerNorm ln_post;
    public readonly Parameter proj;

    public VisionTransformer(Weights weights, VisionTransformerConfiguration configuration, int featureWidth)
        : base(nameof(VisionTransformer))
    {
        var width = configuration.Transformer.Width;
        conv1 = new PatchEmbedding(weights[nameof(conv1)], width, configuration.PatchSize);
        class_embedding = weights.Parameter(nameof(class_embedding), width);
        positional_embedding = weights.Parameter(nameof(positional_embedding), configuration.Patches + 1, width);
        ln_pre = new LayerNorm(weights[nameof(ln_pre)], width);
        transformer = new Transformer(weights[nameof(transformer)], configuration.Transformer);
        ln_post = new LayerNorm(weights[nameof(ln_post)], width);
        proj = weights.Parameter(nameof(proj), width, featureWidth);
        RegisterComponents();
    }

    public override ImageProjection Projection => new(proj, Bias: null);

    public override Tensor Project(Tensor tokens) => matmul(tokens, proj.In(tokens));

    public override KeyValuePair<string, Tensor> Positions => new("visual.positional_embedding", positional_embedding);

    public override IEnumerable<AdaptableWeight> AdaptableWeights => transformer.AdaptableWeights("visual.transformer.");

    public override void Pack(ScalarType type)
    {
        conv1.Pack(type);
        foreach (var block in transformer.resblocks)
            block.Pack(type);
    }

    public override Tensor Tokens(Tensor pixels, bool patches, AttentionProbe? probe = null)
    {
        using var scope = NewDisposeScope();
        var grid = conv1.forward(pixels).In(pixels); // [B, P, W]
        var positions = PositionTable.Resize(
            positional_embedding, pixels.shape[2] / conv1.PatchSize, pixels.shape[3] / conv1.PatchSize, antialias: false);
        var token = class_embedding.In(pixels).expand(grid.shape[0], 1, -1);
        var x = ln_pre.forward(cat([token, grid], 1).Add(positions.In(pixels))); // [B, 1 + P, W]
        var tokens = transformer.Forward(x, causal: false, probe);
        return ln_post.forward(patches ? tokens : tokens.narrow(1, 0, 1)).MoveToOuterDisposeScope();
    }
}
