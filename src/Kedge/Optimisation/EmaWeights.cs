using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>
/// Exponential moving averages (EMA) of named tensors, in memory of their own: the weights of a teacher that runs beside
/// its student, or those that a training run is measured with and ends with.
/// </summary>
internal sealed class EmaWeights : IDisposable
{
    private readonly IReadOnlyDictionary<string, Tensor> _weights;
    private readonly double _decay;

    /// <summary>Starts from the weights as they are.</summary>
    /// <param name="weights">The student's: what is averaged, by name; read at every update, not owned.</param>
    /// <param name="decay">Share of the old average that a late step keeps, 0 to below 1.</param>
    public EmaWeights(IReadOnlyDictionary<string, Tensor> weights, double decay)
    {
        using var noGrad = no_grad();
        (_weights, _decay) = (weights, decay);
        Values = weights.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }

    /// <summary>The averages, by the weights' names; without gradients, changed in place by every update.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; }

    /// <summary>Takes in the weights after step 0, 1, …; early steps keep less of the average: (1 + step) / (10 + step).</summary>
    public void Update(int step)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var kept = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        foreach (var (name, average) in Values)
            average.lerp_(_weights[name], 1 - kept);
    }

    /// <summary>
    /// New tensors over the averages' memory, for a teacher network that owns them (<c>student.Share(average.Views())</c>):
    /// it follows every later update, and can be disposed without harm to the averages.
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
