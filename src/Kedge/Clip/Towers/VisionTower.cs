using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// An image tower: pixels to tokens of the whole image and of its patches, and these by one linear step into the joint space, where they are not yet unit length. U is the tokens' width.
/// </summary>
internal abstract class VisionTower(string name) : nn.Module(name)
{
    /// <summary>[B, 3, R, R] → [B, 1, U], the image, or [B, 1 + P, U], the image and then its patches row by row from the top left.</summary>
    public abstract Tensor Tokens(Tensor pixels, bool patches);

    /// <summary>The step into the joint space; its tensors are the tower's.</summary>
    public abstract ImageProjection Projection { get; }

    /// <summary>[…, U] → […, D].</summary>
    public abstract Tensor Project(Tensor tokens);

    /// <summary>[B, 3, R, R] → [B, D].</summary>
    public Tensor Forward(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return Project(Tokens(pixels, patches: false).select(1, 0)).MoveToOuterDisposeScope();
    }

    public static VisionTower Build(Weights weights, VisionConfiguration configuration, int featureWidth) => configuration switch
    {
        VisionTransformerConfiguration vit => new VisionTransformer(weights, vit, featureWidth),
        ResNetConfiguration resnet => new ModifiedResNet(weights, resnet, featureWidth),
        _ => throw new ArgumentException($"There is no image tower for {configuration.GetType().Name}.", nameof(configuration)),
    };
}
