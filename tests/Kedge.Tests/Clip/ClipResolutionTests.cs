using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip;

/// <summary>Images of other sizes than the model's own.</summary>
public class ClipResolutionTests
{
    private const double Tolerance = 2e-5; // F32 sums in another order

    public static TheoryData<string, int> Models => new() { { "small/clip-vit", 16 }, { "small/clip-rn", 32 } };

    [Theory, MemberData(nameof(Models))]
    public void Patches_follow_the_size_of_the_image(string folder, int stride)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        foreach (var (height, width) in new[] { (96, 96), (32, 96), (128, 64), (stride, stride) })
        {
            using var generator = new Generator(2);
            var features = golden.Model.Encode(randn([2, 3, height, width], generator: generator), FeatureKinds.Patches);
            Assert.Equal([2, golden.Model.FeatureWidth], features.Image.shape);
            Assert.Equal([2, height / stride * (width / stride), golden.Model.FeatureWidth], features.Patches!.shape);
            Assert.True(features.Image.isfinite().all().item<bool>());
        }
    }

    /// <summary>A model of the other size whose table is the interpolated one gives the same features.</summary>
    [Theory, MemberData(nameof(Models))]
    public void Features_are_those_of_a_model_with_the_interpolated_positions(string folder, int stride)
    {
        const int size = 96;
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var network = golden.Model.Network;
        var pixels = randn([2, 3, size, size], generator: generator);
        var (name, table) = network.visual.Positions;
        using var noGrad = no_grad();
        var resized = PositionTable.Resize(table, size / stride, size / stride, antialias: false).clone().DetachFromDisposeScope();
        var configuration = golden.Model.Configuration with { Vision = golden.Model.Configuration.Vision with { Resolution = size } };
        using var other = network.Share(new Dictionary<string, Tensor> { [name] = resized }, configuration);
        Assert.InRange(GoldenClipTests.Difference(other.visual.Forward(pixels).Unit(), golden.Model.EncodeImage(pixels)), 0, Tolerance);
    }

    [Theory, MemberData(nameof(Models))]
    public void A_model_is_adapted_to_another_resolution_by_antialiased_positions(string folder, int stride)
    {
        const int size = 96;
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var pixels = randn([2, 3, size, size], generator: generator);
        using var small = golden.Model.AtResolution(size);
        Assert.Equal((size, size, size / stride * (size / stride)),
            (small.Configuration.Vision.Resolution, small.Preprocessing.Resolution, small.Patches));
        Assert.NotEqual(golden.Model.Fingerprint, small.Fingerprint);
        var (antialiased, plain) = (Resized(antialias: true), Resized(antialias: false));
        Assert.Equal(antialiased, small.Network.visual.Positions.Value.data<float>());
        Assert.NotEqual(antialiased, plain);
        // there without antialiasing
        Assert.NotEqual(golden.Model.EncodeImage(pixels).data<float>(), small.EncodeImage(pixels).data<float>());
        Assert.Equal(golden.Model.EncodeText(["fox"]).data<float>(), small.EncodeText(["fox"]).data<float>());

        float[] Resized(bool antialias) =>
            [.. PositionTable.Resize(golden.Model.Network.visual.Positions.Value, size / stride, size / stride, antialias).data<float>()];
    }

    [Theory, MemberData(nameof(Models))]
    public void Its_own_resolution_changes_no_bit(string folder, int stride)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        Assert.Equal(0, golden.Model.Preprocessing.Resolution % stride);
        using var same = golden.Model.AtResolution(golden.Model.Preprocessing.Resolution);
        var pixels = golden.Pixels();
        Assert.Equal(golden.Model.EncodeImage(pixels).data<float>(), same.EncodeImage(pixels).data<float>());
    }

    [Fact]
    public void A_resolution_of_no_whole_patches_is_refused()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        Assert.EndsWith("give images whose sides are multiples of 16.",
            Assert.Throws<KedgeException>(() => golden.Model.AtResolution(100)).Message);
    }
}
