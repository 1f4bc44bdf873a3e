using System.Text.Json;
using Kedge.FewShot;
using Kedge.Runtime;

namespace Kedge.Methods;

/// <summary>What RTOS+ stores beside its tensors.</summary>
/// <param name="Rtos">Its anchors and their α, times their weight.</param>
/// <param name="Weights">What each member's logits are multiplied by.</param>
internal sealed record RtosPlusDetails(RtosDetails Rtos, RtosPlusWeights Weights)
{
    internal JsonElement ToJson() => JsonSerializer.SerializeToElement(this, RtosDetails.Format);

    /// <summary>Reads them from a state.</summary>
    /// <exception cref="KedgeException">They are damaged.</exception>
    internal static RtosPlusDetails Read(ClassifierState state)
    {
        try
        {
            return state.Details.Deserialize<RtosPlusDetails>(RtosDetails.Format)
                is { Rtos: { Anchors.Count: > 0, Template: not null }, Weights: not null } details
                ? details : throw new JsonException("no anchors or weights");
        }
        catch (JsonException e)
        {
            throw state.Damaged($"no anchor words and weights ({e.Describe()})");
        }
    }
}

/// <summary>The weights of the members of RTOS+; those of the anchors are in their α.</summary>
/// <param name="ZeroShot">Of s · x Tᵀ.</param>
/// <param name="Discriminant">Of the Gaussian discriminant.</param>
/// <param name="Ridge">Of ridge regression on the features.</param>
/// <param name="Rtos">Of RTOS; <see langword="null"/> in files of 0.1.0.</param>
/// <param name="Cache">Of the learned keys; <see langword="null"/> in files of 0.1.0.</param>
/// <param name="Adapter">Of the linear adapter; <see langword="null"/> in files of 0.1.0.</param>
/// <param name="Kernel">Of kernel ridge, in files of 0.1.0; 0 where there were too many images for it.</param>
/// <param name="Anchors">Of ridge on the attention over the anchors, in files of 0.1.0.</param>
internal sealed record RtosPlusWeights(double ZeroShot, double Discriminant, double Ridge,
    double? Rtos = null, double? Cache = null, double? Adapter = null, double? Kernel = null, double? Anchors = null);
