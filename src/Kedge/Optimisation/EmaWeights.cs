using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Exponential moving averages (EMA) of named tensors, in memory of their own: the weights of a mean teacher of its
/// student, or those that a training run is evaluated with and ends with.
/// </summary>
internal sealed class EmaWeights : IDisposable
{
    private readonly IReadOnlyDictionary<string, Tensor> _weights;
    private readonly double _decay;

    /// <summary>Initialises the averages with the current weights.</summary>
    /// <param name="weights">The student's weights, by name; read at every update, not owned.</param>
    /// <param name="decay">The decay of late steps, 0 to below 1.</param>
    public EmaWeights(IReadOnlyDictionary<string, Tensor> weights, double decay)
    {
        using var noGrad = no_grad();
        (_weights, _decay) = (weights, decay);
        Values = weights.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }

    /// <summary>The averages, by the weights' names; without gradients, updated in place.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; }

    /// <summary>
    /// Updates the averages with the weights after step 0, 1, …: average ← d · average + (1 − d) · weights, where
    /// d = min(decay, (1 + step) / (10 + step)).
    /// </summary>
    public void Update(int step)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var kept = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        foreach (var (name, average) in Values)
            average.lerp_(_weights[name], 1 - kept);
    }

    /// <summary>
    /// New tensors over the averages' memory, for a teacher network that owns them
    /// (<c>student.Share(average.Views())</c>): it follows every later update, and disposing of it leaves
    /// the averages as they are.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Views()
    {
        using var noGrad = no_grad();
        return Values.ToDictionary(entry => entry.Key, entry => entry.Value.detach());
    }

    public void Dispose()
    {
        foreach (var tensor in Values.Values)
            tensor.Dispose();
    }
}
