using System.Text;
using Kedge.Clip.Towers;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>Updates of a CLIP's weights, by the names of these. Does not own its tensors.</summary>
internal sealed class WeightUpdates
{
    /// <summary>Takes updates.</summary>
    /// <param name="byWeight">By the name of the weight.</param>
    public WeightUpdates(IReadOnlyDictionary<string, WeightUpdate> byWeight) => ByWeight = byWeight;

    /// <summary>
    /// The updates, by the names of weights as in the released state dictionaries: low-rank ones of <see
    /// cref="AttentionProjection"/>s alone, whole ones of any weight.
    /// </summary>
    public IReadOnlyDictionary<string, WeightUpdate> ByWeight { get; }

    /// <summary>
    /// The fingerprint of a model with these updates: SHA-256, in hexadecimal, of the model's own and of the updates.
    /// </summary>
    internal string Fingerprint(string model)
    {
        using var fingerprint = new FingerprintBuilder();
        fingerprint.Append(Encoding.UTF8.GetBytes(model));
        foreach (var (name, update) in ByWeight.OrderBy(update => update.Key, StringComparer.Ordinal))
            update.AppendTo(fingerprint, name);
        return fingerprint.Complete();
    }

    /// <summary>Refuses updates that do not fit a model.</summary>
    /// <exception cref="KedgeException">A weight is not there or not to be changed so, or a shape is wrong.</exception>
    internal void Require(ClipNetwork network, string model)
    {
        var projections = network.AdaptableWeights.ToDictionary(weight => weight.Projection.Name, weight => weight.Projection);
        var weights = network.state_dict();
        foreach (var (name, update) in ByWeight)
        {
            if (update.Misfit(projections.GetValueOrDefault(name), weights.GetValueOrDefault(name)?.shape) is { } misfit)
            {
                throw new KedgeException(
                    $"Adapting {model} found an update of '{name}' with {misfit}: take the model that the update was learned on.");
            }
        }
    }

    /// <summary>The weights that the updates give, by name: new tensors in the current dispose scope.</summary>
    internal Dictionary<string, Tensor> Merge(ClipNetwork network)
    {
        var weights = network.state_dict();
        return ByWeight.ToDictionary(pair => pair.Key, pair => pair.Value.Merge(weights[pair.Key]));
    }
}
