using static TorchSharp.torch;

namespace Kedge.Optimisation;

/// <summary>An exponential moving average of a network's weights and running statistics: the "EMA teacher" of self-distillation, and what a run ends with.</summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly IReadOnlyDictionary<string, Tensor> _weights;
    private readonly double _decay;

    /// <summary>Starts from the weights as they are.</summary>
    /// <param name="network">The network that is averaged.</param>
    /// <param name="decay">Share of the old average that a late step leaves, 0 to below 1.</param>
    public WeightAverage(nn.Module network, double decay)
    {
        using var noGrad = no_grad();
        (_weights, _decay) = (network.state_dict(), decay);
        Values = _weights.ToDictionary(entry => entry.Key, entry => entry.Value.clone());
    }

    /// <summary>The averaged tensors, by the network's names.</summary>
    public IReadOnlyDictionary<string, Tensor> Values { get; }

    /// <summary>Takes in the weights after step 0, 1, ….</summary>
    public void Update(int step)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var kept = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        foreach (var (name, average) in Values)
            average.lerp_(_weights[name], 1 - kept);
    }

    /// <summary>Exchanges the network's weights and the average; twice is as before.</summary>
    public void Swap()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        foreach (var (name, average) in Values)
        {
            var weights = _weights[name].clone();
            _weights[name].copy_(average);
            average.copy_(weights);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in Values.Values)
            tensor.Dispose();
    }
}
