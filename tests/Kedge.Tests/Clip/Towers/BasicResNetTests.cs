using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

public sealed class BasicResNetTests : IDisposable
{
    private const double Tolerance = 2e-5; // F32 sums of up to 288 products, ten layers deep

    private static readonly TextConfiguration Text = new(8, 49408, new TransformerConfiguration(4, Layers: 1, Heads: 1, MlpWidth: 8));
    private static readonly ClipConfiguration Linear = new(6, new BasicResNetConfiguration(64, Width: 4, [1, 2, 1, 1]), Text);
    private static readonly ClipConfiguration Residual =
        Linear with { Vision = new BasicResNetConfiguration(64, Width: 4, [1, 2, 1, 1], HiddenWidth: 5), JointMean = true };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<bool> Heads => [false, true];

    public void Dispose() => _folder.Dispose();

    /// <summary>The export that it is made of pads the end by one less where the stride is 2.</summary>
    [Theory, MemberData(nameof(Heads))]
    public void Features_are_those_of_plain_loops_that_pad_as_the_export(bool residual)
    {
        using var clip = Load(residual ? Residual : Linear);
        using var scope = NewDisposeScope();
        var pixels = Pixels(64);
        var plain = new PlainBasicResNet(clip.Network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach()));
        var features = clip.Encode(pixels, FeatureKinds.Patches | FeatureKinds.Unprojected);
        for (var image = 0; image < 2; image++)
        {
            var (unprojected, joint) = plain.Encode(pixels[image]);
            AssertNear(joint[0], features.Image[image]);
            AssertNear(unprojected[0], features.Unprojected![image]);
            for (var patch = 0; patch < 4; patch++)
                AssertNear(joint[1 + patch], features.Patches![image, patch]);
        }
        Assert.Equal((4, residual ? 37 : 32), (clip.Patches, clip.UnprojectedWidth));
    }

    [Theory, MemberData(nameof(Heads))]
    public void The_head_is_linear_in_unprojected_features(bool residual)
    {
        using var clip = Load(residual ? Residual : Linear);
        using var scope = NewDisposeScope();
        var features = clip.Encode(Pixels(64), FeatureKinds.Unprojected);
        Assert.InRange(GoldenClipTests.Difference(features.Image, clip.Projection.Apply(features.Unprojected!).Unit()), 0, Tolerance);
    }

    [Fact]
    public void A_checkpoint_tells_its_architecture_and_takes_pixels_of_zero_to_one()
    {
        using var clip = Load(Residual);
        Assert.Equal(Residual, clip.Configuration);
        Assert.Equal((64, new(0, 0, 0), new(1, 1, 1)), (clip.Preprocessing.Resolution, clip.Preprocessing.Mean, clip.Preprocessing.Std));
        using var other = Load(Linear);
        Assert.Equal(Linear, other.Configuration);
    }

    [Fact]
    public void Keys_and_shapes_are_those_of_the_snapshot()
    {
        var vision = new BasicResNetConfiguration(224, Width: 64, [2, 2, 2, 3], HiddenWidth: 256);
        using var network = new ClipNetwork(Weights.Meta, new(512, vision, new(77, 49408, new(192, 4, 3, 768))) { JointMean = true });
        Snapshot.Match(ClipPresetTests.KeysAndShapes(network), "Clip", "basic-resnet.keys.txt");
    }

    [Fact]
    public void At_another_resolution_the_mean_image_is_interpolated_and_nothing_else_changes()
    {
        using var clip = Load(Linear);
        using var large = clip.AtResolution(96);
        using var scope = NewDisposeScope();
        Assert.Equal((9, 96), (large.Patches, large.Preprocessing.Resolution));
        Assert.Equal([3, 96, 96], large.Network.visual.Positions.Value.shape);
        Assert.Equal([2, 9, 6], large.Encode(Pixels(96), FeatureKinds.Patches).Patches!.shape);
        // an image without a border of its own: the mean image at that size gives the same map as the model's interpolation
        Assert.InRange(GoldenClipTests.Difference(clip.EncodeImage(Pixels(96)), large.EncodeImage(Pixels(96))), 0, 0.05);
        using var same = clip.AtResolution(64);
        Assert.Equal(clip.EncodeImage(Pixels(64)).data<float>(), same.EncodeImage(Pixels(64)).data<float>());
    }

    [Fact]
    public void Low_rank_updates_are_of_the_text_tower_alone()
    {
        using var clip = Load(Linear);
        Assert.Equal(["transformer.resblocks.0.attn.in_proj_weight"], clip.AttentionProjections.Select(projection => projection.Name));
    }

    /// <summary>A random model of this architecture, through a file.</summary>
    private ClipModel Load(ClipConfiguration configuration)
    {
        using var generator = new Generator(3);
        using var network = new ClipNetwork(new Weights(Draw), configuration);
        SafetensorsWriter.Write(_folder["model.safetensors"], network.state_dict());
        return ClipModel.Load(_folder["model.safetensors"]);

        Tensor Draw(string key, long[] shape) => key == "logit_scale"
            ? tensor(2f)
            : randn(shape, generator: generator) / MathF.Sqrt(shape[1..].Aggregate(1L, (product, length) => product * length));
    }

    private static Tensor Pixels(int side)
    {
        using var generator = new Generator(7);
        return rand([2, 3, side, side], generator: generator);
    }

    private static void AssertNear(double[] expected, Tensor actual)
    {
        Assert.Equal([expected.Length], actual.shape);
        Assert.All(expected.Zip(actual.data<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }
}
