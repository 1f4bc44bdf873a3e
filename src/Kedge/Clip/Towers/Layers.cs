using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

// The leaves of the towers: each holds its parameters under the checkpoints' names, and computes in one call and in the
// number format of its input.

internal static class Precision
{
    /// <summary>A weight in the number format of what it meets; the gradient comes back in the weight's own.</summary>
    public static Tensor In(this Tensor weight, Tensor x) => weight.dtype == x.dtype ? weight : weight.to(x.dtype);
}

internal sealed class Linear : nn.Module<Tensor, Tensor>
{
    public readonly Parameter weight;
    public readonly Parameter bias;

    public Linear(Weights weights, int input, int output) : base(nameof(Linear))
    {
        weight = weights.Parameter(nameof(weight), output, input);
        bias = weights.Parameter(nameof(bias), output);
        RegisterComponents();
    }

    /// <summary>An update beside the weight, while it is learned; <see langword="null"/> for none.</summary>
    public IProjectionPath? Path { get; set; }

    /// <summary>The same for inference; <see langword="null"/> where it is not packed.</summary>
    public PackedLinear? Packed { get; set; }

    /// <summary>Packs the weight for inference.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type) => Packed = new PackedLinear(weight, bias, type);

    public override Tensor forward(Tensor x)
    {
        if (Packed is not null)
            return Packed.Apply(x);
        var y = F.linear(x, weight.In(x), bias.In(x));
        return Path is null ? y : y.Add(Path.Apply(x));
    }

    protected override void Dispose(bool disposing)
    {
        Packed?.Dispose();
        base.Dispose(disposing);
    }
}

internal sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5;
    private readonly long[] _width;
    public readonly Parameter weight;
    public readonly Parameter bias;

    public LayerNorm(Weights weights, int width) : base(nameof(LayerNorm))
    {
        _width = [width];
        weight = weights.Parameter(nameof(weight), width);
        bias = weights.Parameter(nameof(bias), width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => F.layer_norm(x, _width, weight.In(x), bias.In(x), Epsilon);
}

/// <summary>A table with a row for each token.</summary>
internal sealed class Embedding : nn.Module<Tensor, Tensor>
{
    public readonly Parameter weight;

    public Embedding(Weights weights, int count, int width) : base(nameof(Embedding))
    {
        weight = weights.Parameter(nameof(weight), count, width);
        RegisterComponents();
    }

    /// <summary>Ids […] → rows […, W].</summary>
    public override Tensor forward(Tensor ids) => weight.index_select(0, ids.flatten()).view([.. ids.shape, weight.shape[1]]);

    /// <summary>L ids → rows [L, W].</summary>
    public Tensor Of(IReadOnlyList<int> ids) => forward(tensor(ids.Select(id => (long)id).ToArray(), device: weight.device));
}
