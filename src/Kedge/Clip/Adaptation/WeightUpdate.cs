using Kedge.Clip.Towers;
using Kedge.Runtime;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>
/// An update of one weight: <see cref="LowRankUpdate"/> or <see cref="WholeUpdate"/>. Does not own its tensors.
/// </summary>
internal abstract record WeightUpdate
{
    private protected WeightUpdate() { }

    /// <summary>The weight with the update: a new tensor.</summary>
    internal abstract Tensor Merge(Tensor weight);

    /// <summary>Adds all that the update consists of to a fingerprint.</summary>
    internal abstract void AppendTo(FingerprintBuilder fingerprint, string name);

    /// <summary>
    /// What of the update does not fit a model, as a part of a sentence; <see langword="null"/> where it fits.
    /// </summary>
    /// <param name="projection">
    /// What the model has by that name to be updated by low rank; <see langword="null"/> for nothing.
    /// </param>
    /// <param name="shape">The weight's shape; <see langword="null"/> where there is none by that name.</param>
    internal abstract string? Misfit(AttentionProjection? projection, long[]? shape);

    private protected static string Text(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}

/// <summary>
/// A change of a weight [p · out, in] of p projections one below the other by few numbers: W + s · B A for each
/// projection (Hu et al. 2021, arXiv 2106.09685).
/// </summary>
/// <param name="Down">A [p, r, in] F32.</param>
/// <param name="Up">B [p, out, r] F32.</param>
/// <param name="Scale">s.</param>
internal sealed record LowRankUpdate(Tensor Down, Tensor Up, double Scale = 1) : WeightUpdate
{
    internal override Tensor Merge(Tensor weight) => weight.Add(Up.bmm(Down).flatten(0, 1).Mul(Scale).to(weight.device));

    internal override void AppendTo(FingerprintBuilder fingerprint, string name) =>
        fingerprint.AppendJson(new { name, scale = Scale, Down = Down.shape, Up = Up.shape }).Append([Down, Up]);

    internal override string? Misfit(AttentionProjection? projection, long[]? shape)
    {
        var fits = projection is not null && (Down.shape, Up.shape) is ([var p, var r, var inputs], [var q, var outputs, var rank]) &&
            (p, inputs, q, outputs, rank) == (projection.Parts, projection.Inputs, projection.Parts, projection.Outputs, r);
        var expected = projection is null
            ? "is no projection of its attention"
            : $"has {projection.Parts} projection(s) [{projection.Outputs}, {projection.Inputs}]";
        return fits ? null : $"factors {Text(Down)} and {Text(Up)}, which {expected}";
    }
}

/// <summary>A weight that takes the place of another.</summary>
/// <param name="Value">The new weight, of the shape of the old, F32.</param>
internal sealed record WholeUpdate(Tensor Value) : WeightUpdate
{
    internal override Tensor Merge(Tensor weight) => Value.detach().to(weight.dtype).to(weight.device, copy: true);

    internal override void AppendTo(FingerprintBuilder fingerprint, string name) =>
        fingerprint.AppendJson(new { name, Value = Value.shape }).Append([Value]);

    internal override string? Misfit(AttentionProjection? projection, long[]? shape) =>
        shape is null ? $"a whole tensor {Text(Value)}, which is none of its weights"
        : shape.SequenceEqual(Value.shape) ? null
        : $"a whole tensor {Text(Value)}, which has the shape [{string.Join(", ", shape)}]";
}
