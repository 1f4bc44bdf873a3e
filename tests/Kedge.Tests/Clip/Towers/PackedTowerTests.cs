using Kedge.Checkpoints;
using Kedge.Clip.Towers;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

/// <summary>Image towers packed for inference against the same towers as they are trained.</summary>
public class PackedTowerTests
{
    private const double FeatureTolerance = 2e-5;   // F32 sums in another order
    private const double CosineOfBFloat16 = 0.999;  // to F32; of random weights measured 0.9999

    private const FeatureKinds All = FeatureKinds.Patches | FeatureKinds.Unprojected;

    private static readonly TransformerConfiguration Text = new(Width: 16, Layers: 1, Heads: 1, MlpWidth: 32);

    public static TheoryData<string> Towers => ["vit", "vit gelu", "resnet", "basic"];

    [Theory, MemberData(nameof(Towers))]
    public void In_float32_features_are_those_of_the_tower_within_rounding(string tower)
    {
        using var scope = NewDisposeScope();
        var (plain, packed) = Encode(tower, ScalarType.Float32);
        foreach (var (expected, actual) in plain.Tensors.Zip(packed.Tensors))
            Assert.InRange(GoldenClipTests.Difference(expected.Unit(), actual.Unit()), 0, FeatureTolerance);
    }

    [Theory, MemberData(nameof(Towers))]
    public void In_bfloat16_features_point_where_those_of_float32_do(string tower)
    {
        using var scope = NewDisposeScope();
        var (plain, packed) = Encode(tower, ScalarType.BFloat16);
        foreach (var (expected, actual) in plain.Tensors.Zip(packed.Tensors))
        {
            Assert.Equal(ScalarType.Float32, actual.dtype);
            Assert.InRange((expected.Unit() * actual.Unit()).sum(-1).min().item<float>(), CosineOfBFloat16, 1 + FeatureTolerance);
        }
    }

    [Fact]
    public void A_packed_tower_outlives_the_network_and_leaves_it_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var network = Build("vit");
        var pixels = Pixels(64);
        var before = network.visual.Forward(pixels);
        var tower = network.PackedImageTower(ScalarType.Float32);
        Assert.Equal(before, network.visual.Forward(pixels));
        network.Dispose();
        Assert.InRange(GoldenClipTests.Difference(before.Unit(), tower.Forward(pixels).Unit()), 0, FeatureTolerance);
        tower.Dispose();
    }

    // both of a size that is not the model's own: positions are interpolated
    private static (ImageFeatures Plain, ImageFeatures Packed) Encode(string tower, ScalarType type)
    {
        using var noGrad = no_grad();
        using var network = Build(tower);
        using var packed = network.PackedImageTower(type);
        var pixels = Pixels(96);
        return (network.visual.Encode(pixels, All), packed.Encode(pixels, All));
    }

    private static ClipNetwork Build(string tower)
    {
        var blocks = new TransformerConfiguration(
            Width: 64, Layers: 3, Heads: 4, MlpWidth: 256, tower == "vit gelu" ? Activation.Gelu : Activation.QuickGelu);
        VisionConfiguration vision = tower switch
        {
            "resnet" => new ResNetConfiguration(Resolution: 64, Width: 16, Blocks: [1, 2, 1, 1], Heads: 8),
            "basic" => new BasicResNetConfiguration(Resolution: 64, Width: 16, Blocks: [1, 2, 1, 1]),
            _ => new VisionTransformerConfiguration(Resolution: 64, PatchSize: 16, blocks),
        };
        var network = ClipInitialisation.Build(new(FeatureWidth: 24, vision, new(ContextLength: 8, VocabularySize: 16, Text)), seed: 1);
        using var generator = new Generator(2);
        using var noGrad = no_grad();
        foreach (var (name, value) in network.state_dict()) // norms that have learned something
        {
            if (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("bn3.weight", StringComparison.Ordinal))
                value.copy_(rand(value.shape, generator: generator) + 0.5);
            else if (name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal))
                value.copy_(randn(value.shape, generator: generator) * 0.1);
        }
        network.eval();
        return network;
    }

    private static Tensor Pixels(long side)
    {
        using var generator = new Generator(3);
        return randn([2, 3, side, side], generator: generator);
    }
}
