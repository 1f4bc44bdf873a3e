using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>A change of a weight [p · out, in] of p projections one below the other by few numbers: W + s · B A for each projection (Hu et al. 2021, arXiv 2106.09685).</summary>
/// <param name="Down">A [p, r, in] F32.</param>
/// <param name="Up">B [p, out, r] F32.</param>
/// <param name="Scale">s.</param>
public sealed record LowRankUpdate(Tensor Down, Tensor Up, double Scale = 1)
{
    /// <summary>s · B A [p · out, in], differentiable.</summary>
    internal Tensor Product() => Up.bmm(Down).flatten(0, 1) * Scale;
}

/// <summary>A weight of projections of the attention, queries, keys or values, which a low-rank update may change.</summary>
/// <param name="Name">As in the released state dictionaries, such as <c>transformer.resblocks.0.attn.in_proj_weight</c>.</param>
/// <param name="Parts">p: 3 where queries, keys and values are in one weight, else 1.</param>
/// <param name="Outputs">Rows of a projection.</param>
/// <param name="Inputs">Columns.</param>
public sealed record AttentionProjection(string Name, int Parts, int Outputs, int Inputs);

/// <summary>Low-rank updates of a CLIP's weights, by the names of these. Does not own its tensors.</summary>
public sealed class LowRankUpdates
{
    /// <summary>Takes updates.</summary>
    /// <param name="byWeight">One or more updates, by the name of the weight.</param>
    public LowRankUpdates(IReadOnlyDictionary<string, LowRankUpdate> byWeight) => ByWeight = byWeight;

    /// <summary>The updates, by the names of <see cref="AttentionProjection"/>.</summary>
    public IReadOnlyDictionary<string, LowRankUpdate> ByWeight { get; }

    /// <summary>The fingerprint of a model with these updates: SHA-256, in hexadecimal, of the model's own and of the factors.</summary>
    internal string Fingerprint(string model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(model));
        foreach (var (name, (down, up, scale)) in ByWeight.OrderBy(update => update.Key, StringComparer.Ordinal))
        {
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { name, scale, Down = down.shape, Up = up.shape }));
            TensorBytes.Visit(down, hash.AppendData);
            TensorBytes.Visit(up, hash.AppendData);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Refuses updates that do not fit a model.</summary>
    /// <exception cref="KedgeException">A weight is not there or not to be changed, or a shape is wrong.</exception>
    internal void Require(IReadOnlyList<AttentionProjection> projections, string model)
    {
        var known = projections.ToDictionary(projection => projection.Name);
        foreach (var (name, (down, up, _)) in ByWeight)
        {
            var fits = known.TryGetValue(name, out var there) && (down.shape, up.shape) is ([var p, var r, var inputs], [var q, var outputs, var rank]) &&
                (p, inputs, q, outputs, rank) == (there.Parts, there.Inputs, there.Parts, there.Outputs, r);
            if (!fits)
            {
                var expected = there is null ? "is no projection of its attention" : $"has {there.Parts} projection(s) [{there.Outputs}, {there.Inputs}]";
                throw new KedgeException($"Adapting {model} found an update of '{name}' with factors [{string.Join(", ", down.shape)}] and [{string.Join(", ", up.shape)}], " +
                    $"which {expected}: take the model that the update was learned on.");
            }
        }
    }
}
