using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>What an image tower can tell of an image.</summary>
[Flags]
public enum FeatureKinds
{
    /// <summary>The image's feature in the joint space, which is always there.</summary>
    Image = 0,

    /// <summary>The features of its patches in the joint space.</summary>
    Patches = 1,

    /// <summary>What the tower says of the image before its projection into the joint space.</summary>
    Unprojected = 2,
}

/// <summary>
/// Features of images, which may come in any arrangement (…): B images, or V views of N images. A tensor alone is taken for the images' features. Does not own its tensors.
/// </summary>
/// <param name="Image">[…, D] unit: the images.</param>
public sealed record ImageFeatures(Tensor Image)
{
    /// <summary>[…, P, D] unit: each image's patches, row by row from the top left; <see langword="null"/> where only images are at hand.</summary>
    public Tensor? Patches { get; init; }

    /// <summary>[…, U], of any length: the images before the projection into the joint space; <see langword="null"/> where they are not at hand.</summary>
    public Tensor? Unprojected { get; init; }

    /// <summary>What is at hand.</summary>
    public FeatureKinds Kinds =>
        FeatureKinds.Image | (Patches is null ? FeatureKinds.Image : FeatureKinds.Patches) | (Unprojected is null ? FeatureKinds.Image : FeatureKinds.Unprojected);

    /// <summary>The images' features alone.</summary>
    /// <param name="image">[…, D] unit.</param>
    public static implicit operator ImageFeatures(Tensor image) => FromTensor(image);

    /// <summary>The images' features alone.</summary>
    /// <param name="image">[…, D] unit.</param>
    public static ImageFeatures FromTensor(Tensor image) => new(image);

    /// <summary>The tensors that are there.</summary>
    internal IEnumerable<Tensor> Tensors => new[] { Image, Patches, Unprojected }.OfType<Tensor>();

    /// <summary>The same done to every tensor, on one of the leading dimensions, which all of them share.</summary>
    internal ImageFeatures Each(Func<Tensor, Tensor> work) => new(work(Image))
    {
        Patches = Patches is null ? null : work(Patches),
        Unprojected = Unprojected is null ? null : work(Unprojected),
    };

    /// <summary>These and others of the same kinds, one after the other along the first dimension.</summary>
    internal ImageFeatures Concat(ImageFeatures others) => new(cat([Image, others.Image]))
    {
        Patches = Patches is null ? null : cat([Patches, others.Patches!]),
        Unprojected = Unprojected is null ? null : cat([Unprojected, others.Unprojected!]),
    };

    /// <summary>Images in pieces along the first dimension, of at most so many.</summary>
    internal IEnumerable<ImageFeatures> Split(long size)
    {
        for (var start = 0L; start == 0 || start < Image.shape[0]; start += size)
        {
            var (first, count) = (start, Math.Min(size, Image.shape[0] - start));
            yield return Each(tensor => tensor.narrow(0, first, count));
        }
    }
}

/// <summary>The last, linear step of an image tower, from unprojected features to the joint space, where they are then made unit length.</summary>
/// <param name="Weight">[U, D].</param>
/// <param name="Bias">[D]; <see langword="null"/> where the tower has none, as a ViT.</param>
internal sealed record ImageProjection(Tensor Weight, Tensor? Bias)
{
    /// <summary>The same of each tensor.</summary>
    internal ImageProjection Each(Func<Tensor, Tensor> change) => new(change(Weight), Bias is null ? null : change(Bias));

    /// <summary>[…, U] → […, D], not unit length.</summary>
    /// <param name="unprojected">[…, U].</param>
    public Tensor Apply(Tensor unprojected)
    {
        var projected = matmul(unprojected, Weight);
        return Bias is null ? projected : projected.Add(Bias);
    }
}
