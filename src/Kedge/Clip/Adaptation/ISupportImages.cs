using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Clip.Adaptation;

/// <summary>
/// The N support images of a task with the CLIP that their features are of, for methods that change its towers:
/// features of a changed tower are none of those that are stored.
/// </summary>
internal interface ISupportImages
{
    /// <summary>
    /// The weights that may be changed: queries, keys and values of the attention of both towers; of CLIP's ResNet, of
    /// its attention pooling alone; of one of basic blocks, nothing.
    /// </summary>
    IReadOnlyList<AttentionProjection> Projections { get; }

    /// <summary>Some of the images.</summary>
    /// <param name="rows">Places of images, 0 … N − 1.</param>
    ISupportImages AtRows(IReadOnlyList<long> rows);

    /// <summary>
    /// The towers with updates beside their weights, which are not changed. Features follow the updates'
    /// factors as these are learned.
    /// </summary>
    /// <param name="updates">The updates, each of one of <see cref="Projections"/>; their tensors
    /// stay the caller's.</param>
    /// <param name="dropout">What the inputs of each update go through first, [p, n, in] to the same shape;
    /// <see langword="null"/> for nothing.</param>
    /// <returns>The towers; dispose them.</returns>
    /// <exception cref="KedgeException">An image cannot be read, or an update does not fit.</exception>
    IAdaptedTowers Adapt(WeightUpdates updates, Func<Tensor, Tensor>? dropout = null);
}

/// <summary>Both towers of a CLIP on their way: differentiable in what they are adapted by.</summary>
internal interface IAdaptedTowers : IDisposable
{
    /// <summary>Features of support images.</summary>
    /// <param name="view">Which view of them, 0 … V − 1.</param>
    /// <param name="rows">Places of B images.</param>
    /// <returns>A new tensor [B, D], F32, rows of unit length, owned by the caller.</returns>
    Tensor EncodeSupport(int view, IReadOnlyList<long> rows);

    /// <summary>Features of texts.</summary>
    /// <param name="texts">n texts, each within the context length.</param>
    /// <returns>A new tensor [n, D], F32, rows of unit length, owned by the caller.</returns>
    Tensor EncodeText(IReadOnlyList<string> texts);
}
