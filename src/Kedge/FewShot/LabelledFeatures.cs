using Kedge.Clip;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>Images as features, and the classes they show. Does not own its tensors.</summary>
/// <param name="Images">Features [Q, D] unit F32, Q at least 1, with more beside them where methods ask for it.</param>
/// <param name="Labels">[Q] int64, each in 0 … C−1.</param>
public sealed record LabelledFeatures(ImageFeatures Images, Tensor Labels)
{
    /// <summary>
    /// Encodes the images again by their model with updates of its weights: [Q, D] unit, in the current dispose scope; <see langword="null"/> where only features are at hand.
    /// </summary>
    public Func<LowRankUpdates, CancellationToken, Tensor>? Under { get; init; }

    /// <summary>[Q, D] unit F32: the features of the whole images.</summary>
    public Tensor Features => Images.Image;

    /// <summary>Q: how many images there are.</summary>
    public int Count => (int)Labels.shape[0];
}
