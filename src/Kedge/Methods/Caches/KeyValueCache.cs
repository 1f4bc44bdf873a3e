using Kedge.FewShot.Selection;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>What caches of support images share: each image gives something to its own class, and all of it has a weight beside zero-shot.</summary>
internal static class KeyValueCache
{
    /// <summary>The weight to begin with: that with which the published searches of Tip-Adapter and APE begin.</summary>
    internal const double InitialAlpha = 1;

    private const double PriorImages = 8; // how many images the first weight is worth, as in RTOS+
    private const double MaxAlpha = 1000;

    /// <summary>Summed over the images of a class: [B, N] → [B, C], without the one-hot matrix.</summary>
    internal static Tensor ByClass(Tensor contributions, Tensor labels, long classes) =>
        zeros(contributions.shape[0], classes, device: contributions.device)
            .scatter_add(1, labels.expand(contributions.shape), contributions);

    /// <summary>Each image's part by class, 0 but for its own: [B, N] → [B, C, N].</summary>
    internal static Tensor ByKey(Tensor contributions, Tensor labels, long classes) =>
        zeros(contributions.shape[0], classes, contributions.shape[1], device: contributions.device)
            .scatter(1, labels.expand(contributions.shape).unsqueeze(1), contributions.unsqueeze(1));

    /// <summary>The weight that images speak for which the cache does not hold (<see cref="Stacking"/>), and the cross entropy at it.</summary>
    /// <param name="zeroShot">[H, C].</param>
    /// <param name="cache">[H, C].</param>
    /// <param name="labels">[H] int64.</param>
    /// <param name="alpha">A weight that is given; <see langword="null"/> to choose it.</param>
    internal static (double Alpha, double Loss) ChooseAlpha(Tensor zeroShot, Tensor cache, Tensor labels, double? alpha = null)
    {
        if (alpha is { } given)
            return (given, Loss([1, given]));
        var weights = Stacking.Weights([zeroShot, cache], labels, [1, InitialAlpha], PriorImages);
        return (Math.Min(MaxAlpha, weights[1] / Math.Max(weights[0], 1e-3)), Loss(weights));

        double Loss(double[] weights) => F.cross_entropy(Stacking.Sum([zeroShot, cache], weights), labels).item<float>();
    }
}
