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

    public override Tensor forward(Tensor x)
    {
        var y = F.linear(x, weight.In(x), bias.In(x));
        return Path is null ? y : y.Add(Path.Apply(x));
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

/// <summary>A convolution without bias; every one in CLIP is.</summary>
internal sealed class Conv2d : nn.Module<Tensor, Tensor>
{
    private readonly long[] _stride;
    private readonly long[] _padding;
    public readonly Parameter weight;

    public Conv2d(Weights weights, int input, int output, int kernel, int stride = 1, int padding = 0) : base(nameof(Conv2d))
    {
        (_stride, _padding) = ([stride, stride], [padding, padding]);
        weight = weights.Parameter(nameof(weight), output, input, kernel, kernel);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => F.conv2d(x, weight.In(x), null, _stride, _padding);
}

internal sealed class BatchNorm2d : nn.Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;
    public readonly Parameter weight;
    public readonly Parameter bias;
    public readonly Tensor running_mean;
    public readonly Tensor running_var;

    public BatchNorm2d(Weights weights, int channels) : base(nameof(BatchNorm2d))
    {
        weight = weights.Parameter(nameof(weight), channels);
        bias = weights.Parameter(nameof(bias), channels);
        running_mean = weights.Buffer(nameof(running_mean), channels);
        running_var = weights.Buffer(nameof(running_var), channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => F.batch_norm(x, running_mean, running_var, weight, bias, training, Momentum, Epsilon);
}
