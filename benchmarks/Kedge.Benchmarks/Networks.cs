using Kedge.Clip;

namespace Kedge.Benchmarks;

internal static class Networks
{
    public const int Threads = 2;

    /// <summary>A published architecture with random weights, without gradients.</summary>
    public static ClipNetwork Frozen(string preset)
    {
        var network = ClipInitialisation.Build(ClipPresets.All[preset], seed: 1);
        foreach (var parameter in network.parameters())
            parameter.requires_grad_(false);
        network.eval();
        return network;
    }
}
