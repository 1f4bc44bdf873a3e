using Kedge.Clip;
using static TorchSharp.torch;

namespace Kedge.Models;

/// <summary>
/// The model <c>kedge-base</c>, whose weights are inside this assembly: photos through a ResNet-18 trained on
/// ImageNet-1k, texts through a small transformer, both into the centred text space of CLIP ViT-B/32.
/// </summary>
public static class BaseModel
{
    /// <summary>
    /// The name by which <see cref="ClipModel.Load(string, Device?)"/> finds it too, where this assembly is at hand.
    /// </summary>
    public const string Name = "kedge-base";

    /// <summary>Loads the model.</summary>
    /// <param name="device">Where it computes; the CPU where none is given.</param>
    /// <returns>The model, owned by the caller.</returns>
    public static ClipModel Load(Device? device = null) => ClipModel.Load(Name, device);
}
