using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// A weight of projections of the attention, queries, keys or values, which a low-rank update may change.
/// </summary>
/// <param name="Name">
/// As in the released state dictionaries, such as <c>transformer.resblocks.0.attn.in_proj_weight</c>.
/// </param>
/// <param name="Parts">p: 3 where queries, keys and values are in one weight, else 1.</param>
/// <param name="Outputs">Rows of a projection.</param>
/// <param name="Inputs">Columns.</param>
internal sealed record AttentionProjection(string Name, int Parts, int Outputs, int Inputs);

/// <summary>A weight of a network that a low-rank update may change.</summary>
/// <param name="Projection">What it is.</param>
/// <param name="Weight">[p · out, in]; the network's.</param>
/// <param name="Attach">Puts a path beside it.</param>
internal sealed record AdaptableWeight(AttentionProjection Projection, Tensor Weight, Action<IProjectionPath> Attach)
{
    public AdaptableWeight(string name, Tensor weight, int parts, Action<IProjectionPath> attach)
        : this(new AttentionProjection(name, parts, (int)weight.shape[0] / parts, (int)weight.shape[1]), weight, attach) { }
}
