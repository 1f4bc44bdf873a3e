using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>
/// Patches of pixels to W features each: a convolution without bias whose stride is its kernel, or for inference a
/// matrix product of the patches laid out as rows.
/// </summary>
internal sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private PackedLinear? _packed;
    public readonly Parameter weight;

    public PatchEmbedding(Weights weights, int width, int patchSize) : base(nameof(PatchEmbedding))
    {
        PatchSize = patchSize;
        weight = weights.Parameter(nameof(weight), width, 3, patchSize, patchSize);
        RegisterComponents();
    }

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Packs the weight for inference.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _packed = new PackedLinear(weight.flatten(1), bias: null, type);
    }

    /// <summary>[B, 3, height, width] → [B, P, W], row by row from the top left.</summary>
    public override Tensor forward(Tensor x)
    {
        if (_packed is null)
            return F.conv2d(x, weight.In(x), null, [PatchSize, PatchSize]).flatten(2).transpose(1, 2);
        var (rows, columns) = (x.shape[2] / PatchSize, x.shape[3] / PatchSize);
        var patches = x.reshape(x.shape[0], 3, rows, PatchSize, columns, PatchSize).permute(0, 2, 4, 1, 3, 5);
        return _packed.Apply(patches.reshape(x.shape[0], rows * columns, -1));
    }

    protected override void Dispose(bool disposing)
    {
        _packed?.Dispose();
        base.Dispose(disposing);
    }
}
