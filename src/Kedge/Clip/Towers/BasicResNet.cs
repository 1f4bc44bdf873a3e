using Kedge.Features;
using Kedge.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>
/// The residual network of basic blocks (He et al. 2015, arXiv 1512.03385, table 1: ResNet-18 and ResNet-34) with its
/// batch norms folded into the convolutions, and a head into the joint space:
/// <code>
///     x = pixels − mean image                              pixels 0 … 1, [B, 3, R, R]
///     map = blocks(max pool(relu(conv1 x)))                [B, 8 · width, R/32, R/32]
///     g = unit(mean of map over its positions)             [B, 8 · width]
///     u = g, or [g ; relu(hidden g)]                       [B, U]
///     feature = proj u                                     [B, D], not unit length
/// </code>
/// Patch features are the same of one position in place of the mean. With a hidden layer the head is a residual of two
/// layers, and still linear in u. A probe is shown the mean as attention whose weights are all 1/P, [B, 1, 1, P].
/// </summary>
internal sealed class BasicResNet : VisionTower
{
    public readonly Tensor mean;
    public readonly BiasedConv2d conv1;
    public readonly ModuleList<BasicBlock> layer1, layer2, layer3, layer4;
    public readonly Linear? hidden;
    public readonly Linear proj;

    public BasicResNet(Weights weights, BasicResNetConfiguration configuration, int featureWidth) : base(nameof(BasicResNet))
    {
        var (width, resolution) = (configuration.Width, configuration.Resolution);
        mean = weights.Buffer(nameof(mean), 3, resolution, resolution);
        conv1 = new BiasedConv2d(weights[nameof(conv1)], 3, width, kernel: 7, stride: 2);
        layer1 = Stage(weights[nameof(layer1)], width, width, configuration.Blocks[0], stride: 1);
        layer2 = Stage(weights[nameof(layer2)], width, 2 * width, configuration.Blocks[1], stride: 2);
        layer3 = Stage(weights[nameof(layer3)], 2 * width, 4 * width, configuration.Blocks[2], stride: 2);
        layer4 = Stage(weights[nameof(layer4)], 4 * width, 8 * width, configuration.Blocks[3], stride: 2);
        hidden = configuration.HiddenWidth > 0 ? new Linear(weights[nameof(hidden)], 8 * width, configuration.HiddenWidth) : null;
        proj = new Linear(weights[nameof(proj)], configuration.UnprojectedWidth, featureWidth);
        RegisterComponents();
    }

    public override ImageProjection Projection => new(proj.weight.t(), proj.bias);

    public override Tensor Project(Tensor tokens) => proj.forward(tokens);

    public override KeyValuePair<string, Tensor> Positions => new("visual.mean", mean);

    public override Tensor PositionsAt(int patches) =>
        MeanImage(BasicResNetConfiguration.Patch * patches, BasicResNetConfiguration.Patch * patches, antialias: true);

    /// <summary>None: it has no attention.</summary>
    public override IEnumerable<AdaptableWeight> AdaptableWeights => [];

    /// <summary>All before the last projection.</summary>
    public override TowerTrunk Trunk => new(pixels => Tokens(pixels, patches: false), tokens => Project(tokens.select(1, 0)));

    public override void Pack(ScalarType type)
    {
        conv1.Pack(Nonlinearity.Relu, type);
        foreach (var block in Blocks)
            block.Pack(type);
    }

    public override Tensor Tokens(Tensor pixels, bool patches, AttentionProbe? probe = null)
    {
        using var scope = NewDisposeScope();
        var grid = Map(pixels).In(pixels).flatten(2).transpose(1, 2); // [B, P, 8 · width]
        var whole = probe is null ? grid.mean([1], keepdim: true) : Mean(grid, probe); // [B, 1, 8 · width]
        var g = (patches ? cat([whole, grid], 1) : whole).Unit();
        return (hidden is null ? g : cat([g, F.relu(hidden.forward(g))], -1)).MoveToOuterDisposeScope();
    }

    /// <summary>[B, 3, height, width] → [B, 8 · width, height/32, width/32].</summary>
    internal Tensor Map(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var x = Stem(pixels);
        foreach (var block in Blocks)
        {
            var y = block.forward(x);
            x.Dispose();
            x = y;
        }
        return x.MoveToOuterDisposeScope();
    }

    // the mean as attention pooling whose weights are all 1/P
    private static Tensor Mean(Tensor grid, AttentionProbe probe)
    {
        var equal = TensorFactory.Full([grid.shape[0], 1, 1, grid.shape[1]], 1.0 / grid.shape[1], grid.dtype, grid.device);
        return matmul(probe.Keep(equal).squeeze(1), grid);
    }

    private Tensor Stem(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var centred = pixels - MeanImage(pixels.shape[2], pixels.shape[3], antialias: false).In(pixels);
        return F.max_pool2d(conv1.Relu(centred), 3, 2, 1).MoveToOuterDisposeScope(); // [B, width, height/4, width/4]
    }

    private Tensor MeanImage(long height, long width, bool antialias) => (height, width) == (mean.shape[1], mean.shape[2])
        ? mean
        : F.interpolate(mean.unsqueeze(0), [height, width], mode: InterpolationMode.Bilinear, align_corners: false,
            antialias: antialias).squeeze(0);

    private IEnumerable<BasicBlock> Blocks => layer1.Concat(layer2).Concat(layer3).Concat(layer4);

    private static ModuleList<BasicBlock> Stage(Weights weights, int input, int output, int blocks, int stride) =>
        new(Enumerable.Range(0, blocks)
            .Select(i => new BasicBlock(weights[i], i == 0 ? input : output, output, i == 0 ? stride : 1)).ToArray());
}

/// <summary>Two 3×3 convolutions beside a shortcut; the stride is in the first of them.</summary>
internal sealed class BasicBlock : nn.Module<Tensor, Tensor>
{
    public readonly BiasedConv2d conv1, conv2;
    public readonly BiasedConv2d? downsample;

    public BasicBlock(Weights weights, int input, int output, int stride) : base(nameof(BasicBlock))
    {
        conv1 = new BiasedConv2d(weights[nameof(conv1)], input, output, kernel: 3, stride);
        conv2 = new BiasedConv2d(weights[nameof(conv2)], output, output, kernel: 3);
        downsample = stride > 1 || input != output
            ? new BiasedConv2d(weights[nameof(downsample)], input, output, kernel: 1, stride)
            : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return conv2.Relu(conv1.Relu(x), plus: downsample?.forward(x) ?? x).MoveToOuterDisposeScope();
    }

    /// <summary>Packs the weights for inference.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        conv1.Pack(Nonlinearity.Relu, type);
        conv2.Pack(Nonlinearity.Relu, type);
        downsample?.Pack(Nonlinearity.None, type);
    }
}

/// <summary>A convolution with the batch norm after it folded in; zeros at each border keep the size.</summary>
internal sealed class BiasedConv2d : nn.Module<Tensor, Tensor>
{
    private readonly long[] _stride;
    private readonly long[] _padding;
    private PackedConvolution? _packed;
    public readonly Parameter weight;
    public readonly Parameter bias;

    public BiasedConv2d(Weights weights, int input, int output, int kernel, int stride = 1) : base(nameof(BiasedConv2d))
    {
        (_stride, _padding) = ([stride, stride], [kernel / 2, kernel / 2]);
        weight = weights.Parameter(nameof(weight), output, input, kernel, kernel);
        bias = weights.Parameter(nameof(bias), output);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => _packed?.Apply(x) ?? F.conv2d(x, weight.In(x), bias.In(x), _stride, _padding);

    /// <summary>relu(conv x), or relu(conv x + plus); in one pass where it is packed.</summary>
    public Tensor Relu(Tensor x, Tensor? plus = null)
    {
        if (_packed is not null)
            return _packed.Apply(x, plus);
        var y = forward(x);
        return (plus is null ? y : y.Add(plus)).relu_();
    }

    /// <summary>Packs the weight for inference.</summary>
    /// <param name="f">What follows: <see cref="Nonlinearity.Relu"/> for <see cref="Relu"/>.</param>
    /// <param name="type">What is multiplied.</param>
    public void Pack(Nonlinearity f, ScalarType type) => _packed = new PackedConvolution(weight, bias, _stride[0], _padding[0], type, f);

    protected override void Dispose(bool disposing)
    {
        _packed?.Dispose();
        base.Dispose(disposing);
    }
}
