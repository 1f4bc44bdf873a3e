using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// The support set of a task: the labelled images that are learned from, as features. Does not own its tensors.
/// </summary>
/// <param name="Images">
/// Features [V, N, D] unit F32: V views of each of the N images, view 0 the plain centre crop; where methods need them,
/// [V, N, P, D] and [V, N, U] beside them. N may be 0 for zero-shot.
/// </param>
/// <param name="Labels">[N] int64, each in 0 … C−1.</param>
public sealed record SupportSet(ImageFeatures Images, Tensor Labels)
{
    /// <summary>
    /// What the N images are called, such as their files, kept with the classifier; <see langword="null"/>
    /// where they have no names.
    /// </summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>[V, N, D] unit F32: the features of the whole images.</summary>
    public Tensor Features => Images.Image;

    /// <summary>V: views of each image.</summary>
    public int Views => (int)Features.shape[0];

    /// <summary>N: images.</summary>
    public int Count => (int)Features.shape[1];

    /// <summary>One feature an image: the mean over its views, made unit length again.</summary>
    /// <returns>A new tensor [N, D] F32 in the current dispose scope.</returns>
    public Tensor MeanOverViews() => Features.mean([0]).Unit();

    /// <summary>Some of the images: copies in the current dispose scope.</summary>
    /// <param name="rows">[M] int64, indices of images, on the features' device.</param>
    /// <param name="own">Takes ownership of new tensors; <see langword="null"/> leaves them to the scope.</param>
    internal SupportSet AtRows(Tensor rows, Func<Tensor, Tensor>? own = null)
    {
        own ??= tensor => tensor;
        return new(Images.Each(views => own(views.index_select(1, rows))), own(Labels.index_select(0, rows)))
        {
            Names = Names is { } names ? [.. rows.cpu().data<long>().Select(row => names[(int)row])] : null,
        };
    }
}
