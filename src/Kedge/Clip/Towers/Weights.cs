using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Clip.Towers;

/// <summary>
/// Where a network takes its parameters from while it is built: a checkpoint, an initialisation, or (for its
/// keys and shapes alone) the meta device. A configuration and weights make a network; nothing is
/// initialised only to be overwritten.
/// </summary>
/// <param name="source">Gives the F32 tensor of a key and shape, on the network's device; owned by the network.</param>
/// <param name="trainable">Whether parameters ask for gradients.</param>
/// <param name="scope">What every key starts with, the closing dot included.</param>
internal sealed class Weights(Func<string, long[], Tensor> source, bool trainable = false, string scope = "")
{
    /// <summary>The weights of a submodule.</summary>
    public Weights this[string module] => new(source, trainable, $"{scope}{module}.");

    /// <summary>The weights of a numbered submodule.</summary>
    public Weights this[int index] => this[index.ToString()];

    public Parameter Parameter(string name, params long[] shape)
    {
        var weight = source(scope + name, shape);
        return new(weight, trainable || weight.requires_grad); // a weight that is learned elsewhere stays so
    }

    public Tensor Buffer(string name, params long[] shape) => source(scope + name, shape);

    /// <summary>Keys and shapes without numbers: costs nothing, whatever the size.</summary>
    public static Weights Meta { get; } = new((_, shape) => empty(shape, device: META));
}
