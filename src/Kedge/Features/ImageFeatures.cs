using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>The kinds of features that an image tower computes.</summary>
[Flags]
public enum FeatureKinds
{
    /// <summary>The image feature in the joint embedding space; always included.</summary>
    Image = 0,

    /// <summary>The patch features in the joint embedding space.</summary>
    Patches = 1,

    /// <summary>The image feature before the projection into the joint embedding space.</summary>
    Unprojected = 2,
}

/// <summary>
/// Features of images with any leading dimensions (…): B images, or V views of N images. Converts implicitly from a
/// tensor of image features. Does not own its tensors.
/// </summary>
/// <param name="Image">[…, D] unit: the image features.</param>
public sealed record ImageFeatures(Tensor Image)
{
    /// <summary>
    /// […, P, D] unit: the patch features, in row-major order; <see langword="null"/> where not extracted.
    /// </summary>
    public Tensor? Patches { get; init; }

    /// <summary>
    /// […, U], of any norm: image features before the projection; <see langword="null"/> where not extracted.
    /// </summary>
    public Tensor? Unprojected { get; init; }

    /// <summary>The kinds that are present.</summary>
    public FeatureKinds Kinds =>
        FeatureKinds.Image | (Patches is null
            ? FeatureKinds.Image
            : FeatureKinds.Patches) | (Unprojected is null ? FeatureKinds.Image : FeatureKinds.Unprojected);

    /// <summary>Image features without other kinds.</summary>
    /// <param name="image">[…, D] unit.</param>
    public static implicit operator ImageFeatures(Tensor image) => FromTensor(image);

    /// <summary>Image features without other kinds.</summary>
    /// <param name="image">[…, D] unit.</param>
    public static ImageFeatures FromTensor(Tensor image) => new(image);

    /// <summary>The tensors that are present.</summary>
    internal IEnumerable<Tensor> Tensors => new[] { Image, Patches, Unprojected }.OfType<Tensor>();

    /// <summary>Applies a function to every tensor, on the leading dimensions, which all of them share.</summary>
    internal ImageFeatures Each(Func<Tensor, Tensor> map) => new(map(Image))
    {
        Patches = Patches is null ? null : map(Patches),
        Unprojected = Unprojected is null ? null : map(Unprojected),
    };

    /// <summary>Concatenates with others of the same kinds along the first dimension.</summary>
    internal ImageFeatures Concat(ImageFeatures others) => new(cat([Image, others.Image]))
    {
        Patches = Patches is null ? null : cat([Patches, others.Patches!]),
        Unprojected = Unprojected is null ? null : cat([Unprojected, others.Unprojected!]),
    };

    /// <summary>Splits along the first dimension into chunks of at most <paramref name="size"/>.</summary>
    internal IEnumerable<ImageFeatures> Split(long size)
    {
        for (var start = 0L; start == 0 || start < Image.shape[0]; start += size)
        {
            var (first, count) = (start, Math.Min(size, Image.shape[0] - start));
            yield return Each(tensor => tensor.narrow(0, first, count));
        }
    }
}

/// <summary>
/// The final linear projection of an image tower into the joint embedding space, before L2 normalisation.
/// </summary>
/// <param name="Weight">[U, D].</param>
/// <param name="Bias">[D]; <see langword="null"/> where the tower has none, as a ViT.</param>
internal sealed record ImageProjection(Tensor Weight, Tensor? Bias)
{
    /// <summary>Applies a function to weight and bias.</summary>
    internal ImageProjection Each(Func<Tensor, Tensor> change) => new(change(Weight), Bias is null ? null : change(Bias));

    /// <summary>
    /// The Moore–Penrose inverse of the weight [D, U]: it gives unit features the distances that they had before the
    /// projection, as far as this is invertible.
    /// </summary>
    public Tensor Inverse() => linalg.pinv(Weight.to(ScalarType.Float64)).to(ScalarType.Float32);

    /// <summary>[…, U] → […, D], not normalised.</summary>
    /// <param name="unprojected">[…, U].</param>
    public Tensor Apply(Tensor unprojected)
    {
        var projected = matmul(unprojected, Weight);
        return Bias is null ? projected : projected.Add(Bias);
    }
}
