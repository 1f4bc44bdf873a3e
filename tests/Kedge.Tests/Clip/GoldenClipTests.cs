using System.Text.Json;
using Kedge.Clip;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip;

/// <summary>Our towers against the features that the reference implementation gives for the same weights.</summary>
public class GoldenClipTests
{
    private const double FeatureTolerance = 2e-5; // F32 sums in another order

    public static TheoryData<string, string, string> Checkpoints => new()
    {
        { "small/clip-vit", "openai.fp16.safetensors", "small/images" },
        { "small/clip-rn", "openai.fp16.safetensors", "small/images" },
        { "clip-vit", "openai.fp16.safetensors", "images" },
        { "clip-vit", "openai.fp16.pt", "images" },
        { "clip-vit", "openai.jit.pt", "images" },
        { "clip-rn", "openai.fp16.safetensors", "images" },
        { "clip-hf", "huggingface", "images" },
    };

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Features_and_logits_equal_the_reference(string folder, string file, string images)
    {
        using var golden = Golden.Open(folder, file, images);
        using var scope = NewDisposeScope();
        var pixels = golden.Pixels();
        // unit or raw, as the reference left them: compare in the golden's own norm
        Assert.InRange(Difference(golden.Expected("image_features"), golden.Model.EncodeImage(pixels, golden.IsUnit("image_features"))),
            0, FeatureTolerance);
        Assert.InRange(Difference(golden.Expected("text_features"),
            golden.Model.EncodeText(golden.Prompts, golden.IsUnit("text_features"), truncate: true)), 0, FeatureTolerance);

        var logits = golden.Model.EncodeImage(pixels)
            .matmul(golden.Model.EncodeText(golden.Prompts, normalize: true, truncate: true).t()) * golden.Model.LogitScale;
        const double logitTolerance = 100 * FeatureTolerance; // features scaled by 100
        Assert.InRange(Difference(golden.Expected("logits_per_image"), logits), 0, logitTolerance);
    }

    [Theory]
    [InlineData("small/clip-vit")]
    [InlineData("small/clip-rn")]
    public void Patch_features_come_with_the_same_image_features(string folder)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var pixels = golden.Pixels();
        var features = golden.Model.Encode(pixels, FeatureKinds.Patches | FeatureKinds.Unprojected);
        var (image, patches) = (features.Image, features.Patches!);
        Assert.Equal([pixels.shape[0], golden.Model.UnprojectedWidth], features.Unprojected!.shape);
        Assert.InRange(Difference(image, golden.Model.Projection.Apply(features.Unprojected!).Unit()), 0, FeatureTolerance);
        Assert.Equal([pixels.shape[0], golden.Model.Configuration.Vision.Patches, golden.Model.FeatureWidth], patches.shape);
        Assert.InRange(Difference(golden.Model.EncodeImage(pixels), image), 0, FeatureTolerance);
        Assert.InRange(Difference(ones(patches.shape[0], patches.shape[1]), patches.norm(-1)), 0, FeatureTolerance);
    }

    [Fact]
    public void A_text_has_the_same_feature_alone_and_beside_longer_ones()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var lengths = golden.Prompts.Select(prompt => golden.Model.Tokenizer.Encode(prompt).Length).ToArray();
        Assert.True(lengths.Max() > 4 * lengths.Min());
        var together = golden.Model.EncodeText(golden.Prompts, normalize: true, truncate: true); // padded to the longest
        var alone = cat([.. golden.Prompts.Select(prompt => golden.Model.EncodeText([prompt], normalize: true, truncate: true))]);
        const double truncationTolerance = 1e-5; // the specification's
        Assert.InRange(Difference(together, alone), 0, truncationTolerance);
    }

    internal static double Difference(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        using var difference = (expected - actual).abs().max();
        return difference.item<float>();
    }
}

/// <summary>A golden checkpoint with its inputs and expected tensors.</summary>
internal sealed class Golden : IDisposable
{
    private readonly SafetensorsFile _expected;
    private readonly string[] _images;
    private readonly string _imageFolder;

    private Golden(string folder, string model, string imageFolder)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        Prompts = [.. json.RootElement.GetProperty("prompts").EnumerateArray().Select(e => e.GetString()!)];
        _images = [.. json.RootElement.GetProperty("images").EnumerateArray().Select(e => e.GetString()!)];
        _imageFolder = imageFolder;
        _expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        Model = ClipModel.Load(Path.Combine(folder, model));
    }

    public ClipModel Model { get; }

    public IReadOnlyList<string> Prompts { get; }

    public static Golden Open(string folder, string model, string images)
    {
        var small = folder.StartsWith("small/", StringComparison.Ordinal);
        Assert.SkipUnless(small || SharedData.Exists, SharedData.Absent);
        string Find(string name) => small ? Path.Combine(TestData.Folder, name) : SharedData.Get("golden", name);
        return new Golden(Find(folder), model, Find(images));
    }

    public Tensor Expected(string name) => _expected.Read(name);

    public bool IsUnit(string name)
    {
        using var norms = _expected.Read(name).norm(-1);
        return Math.Abs(norms.mean().item<float>() - 1) < 1e-3;
    }

    public Tensor Pixels()
    {
        var plain = Model.Preprocessing with { Decoding = new() { ApplyOrientation = false, Alpha = AlphaRule.Drop } };
        return plain.ToTensor([.. _images.Select(name => plain.Crop(new DiskImageFile(Path.Combine(_imageFolder, name))))]);
    }

    public void Dispose()
    {
        Model.Dispose();
        _expected.Dispose();
    }
}
