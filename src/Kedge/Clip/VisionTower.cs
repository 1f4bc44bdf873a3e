using static TorchSharp.torch;

namespace Kedge.Clip;

/// <summary>An image tower: pixels in, features of the whole image and of its patches out, both in the joint space and not yet unit length.</summary>
internal abstract class VisionTower(string name) : nn.Module(name)
{
    /// <summary>[B, 3, R, R] → [B, D].</summary>
    public abstract Tensor Forward(Tensor pixels);

    /// <summary>[B, 3, R, R] → the image [B, D] and its patches [B, P, D], row by row from the top left.</summary>
    public abstract (Tensor Image, Tensor Patches) ForwardWithPatches(Tensor pixels);

    public static VisionTower Build(Weights weights, VisionConfiguration configuration, int featureWidth) => configuration switch
    {
        VisionTransformerConfiguration vit => new VisionTransformer(weights, vit, featureWidth),
        ResNetConfiguration resnet => new ModifiedResNet(weights, resnet, featureWidth),
        _ => throw new ArgumentException($"There is no image tower for {configuration.GetType().Name}.", nameof(configuration)),
    };
}
