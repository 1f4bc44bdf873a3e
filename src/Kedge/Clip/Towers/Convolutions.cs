using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>A convolution without bias; every one in CLIP is.</summary>
internal sealed class Conv2d : nn.Module<Tensor, Tensor>
{
    private readonly long _stride, _padding;
    private PackedConvolution? _packed;
    public readonly Parameter weight;

    public Conv2d(Weights weights, int input, int output, int kernel, int stride = 1, int padding = 0) : base(nameof(Conv2d))
    {
        (_stride, _padding) = (stride, padding);
        weight = weights.Parameter(nameof(weight), output, input, kernel, kernel);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => F.conv2d(x, weight.In(x), null, [_stride, _stride], [_padding, _padding]);

    /// <summary>norm(conv x), in one pass where the two are packed.</summary>
    public Tensor Normed(Tensor x, BatchNorm2d norm) => _packed?.Apply(x) ?? norm.forward(forward(x));

    /// <summary>relu(norm(conv x)), or relu(norm(conv x) + plus); in one pass where the three are packed.</summary>
    public Tensor NormedRelu(Tensor x, BatchNorm2d norm, Tensor? plus = null)
    {
        if (_packed is not null)
            return _packed.Apply(x, plus);
        var y = norm.forward(forward(x));
        return F.relu(plus is null ? y : y.Add(plus));
    }

    /// <summary>Packs the weight for inference, with the norm that follows folded into it.</summary>
    /// <param name="norm">The norm that follows.</param>
    /// <param name="f">What follows the norm.</param>
    /// <param name="type">What is multiplied.</param>
    public void Pack(BatchNorm2d norm, Nonlinearity f, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var (scale, shift) = norm.ScaleAndShift();
        _packed = new PackedConvolution(weight * scale.view(-1, 1, 1, 1), shift, _stride, _padding, type, f);
    }

    protected override void Dispose(bool disposing)
    {
        _packed?.Dispose();
        base.Dispose(disposing);
    }
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

    /// <summary>What it does to a channel once it has learned: x · scale + shift, [channels] each.</summary>
    public (Tensor Scale, Tensor Shift) ScaleAndShift()
    {
        var scale = weight / running_var.Add(Epsilon).sqrt();
        return (scale, bias - running_mean * scale);
    }
}
