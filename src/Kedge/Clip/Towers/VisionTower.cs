using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// An image tower: pixels to tokens of the whole image and of its patches, and these by one linear step into the joint
/// space, where they are not yet unit length. Images may have any size of whole patches. U is the tokens' width.
/// </summary>
internal abstract class VisionTower(string name) : nn.Module(name)
{
    /// <summary>The tokens of images.</summary>
    /// <param name="pixels">[B, 3, height, width].</param>
    /// <param name="patches">Whether the patches' tokens are wanted too.</param>
    /// <param name="probe">
    /// What is given the attention weights of each block; <see langword="null"/> for nothing.
    /// </param>
    /// <returns>
    /// [B, 1, U], the image, or [B, 1 + P, U], the image and then its patches row by row from the top left.
    /// </returns>
    public abstract Tensor Tokens(Tensor pixels, bool patches, AttentionProbe? probe = null);

    /// <summary>
    /// Packs the weights of products and convolutions for inference: from then on <see cref="Tokens"/> and <see
    /// cref="Encode"/> are without gradients and without probe, and take at least one image. Norms, sums, softmax and
    /// what is given stay F32.
    /// </summary>
    /// <param name="type">What is multiplied: F32 or BF16.</param>
    public abstract void Pack(ScalarType type);

    /// <summary>The step into the joint space; its tensors are the tower's.</summary>
    public abstract ImageProjection Projection { get; }

    /// <summary>[…, U] → […, D].</summary>
    public abstract Tensor Project(Tensor tokens);

    /// <summary>
    /// What belongs to places of an image, by its name in a network: positions [1 + P, …], or a mean image [3, R, R].
    /// </summary>
    public abstract KeyValuePair<string, Tensor> Positions { get; }

    /// <summary><see cref="Positions"/> for square images of another size, with antialiasing.</summary>
    /// <param name="patches">Patches a side.</param>
    /// <returns>The same tensor where nothing changes.</returns>
    public virtual Tensor PositionsAt(int patches) => PositionTable.Resize(Positions.Value, patches, patches, antialias: true);

    /// <summary>Queries, keys and values of the tower's attention.</summary>
    public abstract IEnumerable<AdaptableWeight> AdaptableWeights { get; }

    /// <summary>
    /// The part before every adaptable weight, where it is worth to be computed once an image; <see langword="null"/>
    /// for none.
    /// </summary>
    public virtual TowerTrunk? Trunk => null;

    /// <summary>[B, 3, height, width] → [B, D].</summary>
    public Tensor Forward(Tensor pixels, AttentionProbe? probe = null)
    {
        using var scope = NewDisposeScope();
        return Project(Tokens(pixels, patches: false, probe).select(1, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>Features of one batch, as <see cref="IImageEncoder.Encode"/> has them, owned by the caller.</summary>
    public ImageFeatures Encode(Tensor pixels, FeatureKinds kinds, AttentionProbe? probe = null)
    {
        using var scope = NewDisposeScope();
        var tokens = Tokens(pixels, kinds.HasFlag(FeatureKinds.Patches), probe); // [B, 1 or 1 + P, U]
        var features = Project(tokens).Unit();
        var encoded = new ImageFeatures(features.select(1, 0))
        {
            Patches = kinds.HasFlag(FeatureKinds.Patches) ? features.narrow(1, 1, features.shape[1] - 1) : null,
            Unprojected = kinds.HasFlag(FeatureKinds.Unprojected) ? tokens.select(1, 0) : null,
        };
        return encoded.Each(tensor => tensor.contiguous().MoveToOuterDisposeScope());
    }

    public static VisionTower Build(Weights weights, VisionConfiguration configuration, int featureWidth) => configuration switch
    {
        VisionTransformerConfiguration vit => new VisionTransformer(weights, vit, featureWidth),
        ResNetConfiguration resnet => new ModifiedResNet(weights, resnet, featureWidth),
        BasicResNetConfiguration basic => new BasicResNet(weights, basic, featureWidth),
        _ => throw new ArgumentException($"There is no image tower for {configuration.GetType().Name}.", nameof(configuration)),
    };
}

/// <summary>An image tower in two parts, of which only the second has adaptable weights.</summary>
/// <param name="Encode">[B, 3, height, width] → what the second part takes, one entry an image.</param>
/// <param name="Finish">This → [B, D], not unit length.</param>
internal sealed record TowerTrunk(Func<Tensor, Tensor> Encode, Func<Tensor, Tensor> Finish);
