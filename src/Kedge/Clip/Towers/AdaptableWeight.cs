using Kedge.Clip.Adaptation;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>A weight of a network that a low-rank update may change.</summary>
/// <param name="Projection">What it is.</param>
/// <param name="Weight">[p · out, in]; the network's.</param>
/// <param name="Attach">Puts a path beside it.</param>
internal sealed record AdaptableWeight(AttentionProjection Projection, Tensor Weight, Action<LowRankPath> Attach)
{
    /// <summary>Queries, keys and values of the attention of both towers, the text tower's first; of a ResNet, of its attention pooling.</summary>
    public static IReadOnlyList<AdaptableWeight> Of(ClipNetwork network) => network.visual switch
    {
        VisionTransformer vit => [.. Blocks("", network.transformer), .. Blocks("visual.", vit.transformer)],
        ModifiedResNet { attnpool: var pool } => [.. Blocks("", network.transformer), Linear("q_proj", pool.q_proj), Linear("k_proj", pool.k_proj), Linear("v_proj", pool.v_proj)],
        var other => throw new ArgumentException($"There are no adaptable weights of {other.GetType().Name}.", nameof(network)),
    };

    private static IEnumerable<AdaptableWeight> Blocks(string scope, Transformer transformer) => transformer.resblocks.Select((block, layer) =>
        Of($"{scope}transformer.resblocks.{layer}.attn.in_proj_weight", block.attn.in_proj_weight, parts: 3, path => block.attn.LowRank = path));

    private static AdaptableWeight Linear(string name, Linear linear) => Of($"visual.attnpool.{name}.weight", linear.weight, parts: 1, path => linear.LowRank = path);

    private static AdaptableWeight Of(string name, Tensor weight, int parts, Action<LowRankPath> attach) =>
        new(new(name, parts, (int)weight.shape[0] / parts, (int)weight.shape[1]), weight, attach);
}
