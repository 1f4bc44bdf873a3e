using Kedge.Features;
using Kedge.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Clip.Towers;

/// <summary>
/// CLIP's ResNet (Radford et al. 2021, §2.4): a stem of three 3×3 convolutions and an average pool, bottlenecks whose
/// strides are average pools, and attention pooling. Patch features are the pooling attention asked by each position
/// instead of by their mean.
/// </summary>
internal sealed class ModifiedResNet : VisionTower
{
    public readonly Conv2d conv1, conv2, conv3;
    public readonly BatchNorm2d bn1, bn2, bn3;
    public readonly ModuleList<Bottleneck> layer1, layer2, layer3, layer4;
    public readonly AttentionPool attnpool;

    public ModifiedResNet(Weights weights, ResNetConfiguration configuration, int featureWidth) : base(nameof(ModifiedResNet))
    {
        var width = configuration.Width;
        conv1 = new Conv2d(weights[nameof(conv1)], 3, width / 2, kernel: 3, stride: 2, padding: 1);
        bn1 = new BatchNorm2d(weights[nameof(bn1)], width / 2);
        conv2 = new Conv2d(weights[nameof(conv2)], width / 2, width / 2, kernel: 3, padding: 1);
        bn2 = new BatchNorm2d(weights[nameof(bn2)], width / 2);
        conv3 = new Conv2d(weights[nameof(conv3)], width / 2, width, kernel: 3, padding: 1);
        bn3 = new BatchNorm2d(weights[nameof(bn3)], width);
        layer1 = Stage(weights[nameof(layer1)], width, width, configuration.Blocks[0], stride: 1);
        layer2 = Stage(weights[nameof(layer2)], 4 * width, 2 * width, configuration.Blocks[1], stride: 2);
        layer3 = Stage(weights[nameof(layer3)], 8 * width, 4 * width, configuration.Blocks[2], stride: 2);
        layer4 = Stage(weights[nameof(layer4)], 16 * width, 8 * width, configuration.Blocks[3], stride: 2);
        attnpool = new AttentionPool(weights[nameof(attnpool)], configuration.Patches, 32 * width, configuration.Heads, featureWidth);
        RegisterComponents();
    }

    public override ImageProjection Projection => new(attnpool.c_proj.weight.t(), attnpool.c_proj.bias);

    public override Tensor Project(Tensor tokens) => attnpool.c_proj.forward(tokens);

    public override KeyValuePair<string, Tensor> Positions => new("visual.attnpool.positional_embedding", attnpool.positional_embedding);

    public override IEnumerable<AdaptableWeight> AdaptableWeights => attnpool.AdaptableWeights("visual.attnpool.");

    /// <summary>All before the attention pooling.</summary>
    public override TowerTrunk Trunk => new(Grid, grid => Project(attnpool.Pool(grid, queries: 1).select(1, 0)));

    public override void Pack(ScalarType type)
    {
        conv1.Pack(bn1, Nonlinearity.Relu, type);
        conv2.Pack(bn2, Nonlinearity.Relu, type);
        conv3.Pack(bn3, Nonlinearity.Relu, type);
        foreach (var block in Blocks)
            block.Pack(type);
        attnpool.Pack(type);
    }

    public override Tensor Tokens(Tensor pixels, bool patches, AttentionProbe? probe = null)
    {
        using var scope = NewDisposeScope();
        var grid = Grid(pixels).In(pixels);
        var tokens = attnpool.Pool(grid, queries: patches ? (int)(1 + grid.shape[2] * grid.shape[3]) : 1, probe);
        return tokens.In(pixels).MoveToOuterDisposeScope();
    }

    // what the attention pooling is asked about: [B, 3, height, width] → [B, 32·width, height/32, width/32]
    private Tensor Grid(Tensor pixels)
    {
        var x = conv1.NormedRelu(pixels, bn1);
        x = conv2.NormedRelu(x, bn2);
        x = F.avg_pool2d(conv3.NormedRelu(x, bn3), 2);
        foreach (var block in Blocks)
            x = block.forward(x);
        return x;
    }

    private IEnumerable<Bottleneck> Blocks => layer1.Concat(layer2).Concat(layer3).Concat(layer4);

    private static ModuleList<Bottleneck> Stage(Weights weights, int input, int planes, int blocks, int stride) =>
        new(Enumerable.Range(0, blocks)
            .Select(i => new Bottleneck(weights[i], i == 0 ? input : Bottleneck.Expansion * planes, planes, i == 0 ? stride : 1))
            .ToArray());
}

/// <summary>1×1, 3×3, 1×1 with a shortcut; a stride is an average pool, in the shortcut too.</summary>
internal sealed class Bottleneck : nn.Module<Tensor, Tensor>
{
    public const int Expansion = 4;
    private readonly int _stride;
    public readonly Conv2d conv1, conv2, conv3;
    public readonly BatchNorm2d bn1, bn2, bn3;
    public readonly Shortcut? downsample;

    public Bottleneck(Weights weights, int input, int planes, int stride) : base(nameof(Bottleneck))
    {
        _stride = stride;
        conv1 = new Conv2d(weights[nameof(conv1)], input, planes, kernel: 1);
        bn1 = new BatchNorm2d(weights[nameof(bn1)], planes);
        conv2 = new Conv2d(weights[nameof(conv2)], planes, planes, kernel: 3, padding: 1);
        bn2 = new BatchNorm2d(weights[nameof(bn2)], planes);
        conv3 = new Conv2d(weights[nameof(conv3)], planes, Expansion * planes, kernel: 1);
        bn3 = new BatchNorm2d(weights[nameof(bn3)], Expansion * planes);
        downsample =
            stride > 1 || input != Expansion * planes ? new Shortcut(weights[nameof(downsample)], input, Expansion * planes) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var shortcut = downsample?.forward(Pool(x)) ?? x;
        var y = Pool(conv2.NormedRelu(conv1.NormedRelu(x, bn1), bn2));
        return conv3.NormedRelu(y, bn3, plus: shortcut).MoveToOuterDisposeScope();
    }

    /// <summary>Packs the weights for inference, each with its norm.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type)
    {
        conv1.Pack(bn1, Nonlinearity.Relu, type);
        conv2.Pack(bn2, Nonlinearity.Relu, type);
        conv3.Pack(bn3, Nonlinearity.Relu, type);
        downsample?.Pack(type);
    }

    private Tensor Pool(Tensor x) => _stride > 1 ? F.avg_pool2d(x, _stride) : x;
}

/// <summary>The projection of a shortcut; its two parts are called 0 and 1 in the checkpoints.</summary>
internal sealed class Shortcut : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "0")]
    public readonly Conv2d conv;

    [ComponentName(Name = "1")]
    public readonly BatchNorm2d bn;

    public Shortcut(Weights weights, int input, int output) : base(nameof(Shortcut))
    {
        conv = new Conv2d(weights[0], input, output, kernel: 1);
        bn = new BatchNorm2d(weights[1], output);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => conv.Normed(x, bn);

    /// <summary>Packs the weight for inference, with its norm.</summary>
    /// <param name="type">What is multiplied.</param>
    public void Pack(ScalarType type) => conv.Pack(bn, Nonlinearity.None, type);
}
