using System.Text.Json;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Cli.Commands;

public class EmbedCommandTests
{
    /// <summary>What the issue asks of features in single precision.</summary>
    private const float FeatureTolerance = 2e-5f;

    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(TestData.Small("clip-vit", "expected.json"))).RootElement;

    [Theory, InlineData(true), InlineData(false)]
    public void Features_of_images_are_the_references_in_the_order_given(bool normalize)
    {
        using var photos = PhotoFolder.Flat();
        string[] images = [.. Golden.GetProperty("images").EnumerateArray().Select(name => TestData.Small("images", name.GetString()!))];
        CliRun.Done(["embed", "--model", PhotoFolder.Clip, "--images", .. images,
            "--out", photos["f.safetensors"], "--normalize", $"{normalize}", "--cache", photos.Cache]);
        using var file = SafetensorsFile.Open(photos["f.safetensors"]);
        Assert.Equal(images, JsonSerializer.Deserialize<string[]>(file.Metadata["paths"]));
        Assert.Equal(["image.features"], file.Entries.Keys);
        AssertEqual("image_features", file.Read("image.features"), normalize);
        Assert.Equal(normalize, Directory.Exists(photos.Cache));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Features_of_texts_are_the_references(bool normalize)
    {
        using var photos = PhotoFolder.Flat();
        // the last is too long
        string[] texts =
            [.. Golden.GetProperty("prompts").EnumerateArray().Select(text => text.GetString()!).Where(text => text.Length < 100)];
        File.WriteAllLines(photos["texts.txt"], texts);
        CliRun.Done("embed", "--model", PhotoFolder.Clip, "--texts", photos["texts.txt"],
            "--out", photos["f.safetensors"], "--normalize", $"{normalize}");
        using var file = SafetensorsFile.Open(photos["f.safetensors"]);
        AssertEqual("text_features", file.Read("text.features"), normalize);
    }

    [Fact]
    public void A_folder_stands_for_its_images_sorted()
    {
        using var photos = PhotoFolder.Flat();
        CliRun.Done("embed", "--model", PhotoFolder.Clip, "--images", photos.Data, "--out", photos["f.safetensors"], "--no-cache");
        using var file = SafetensorsFile.Open(photos["f.safetensors"]);
        string[] expected =
            [.. from name in PhotoFolder.Classes from i in (string[])["0", "1"] select Path.Combine(photos.Data, $"{name}/{i}.png")];
        Assert.Equal(expected, JsonSerializer.Deserialize<string[]>(file.Metadata["paths"]));
    }

    [Fact]
    public void It_wants_either_images_or_texts()
    {
        Assert.Equal(new CliRun(2, "", "Give either --images or --texts.\nSee: kedge embed --help\n"), CliRun.Of("embed", "--out", "x"));
        Assert.Equal(new CliRun(2, "", "Give either --images or --texts.\nSee: kedge embed --help\n"),
            CliRun.Of("embed", "--out", "x", "--images", "a", "--texts", "b"));
    }

    private static void AssertEqual(string name, Tensor found, bool normalize)
    {
        using var scope = NewDisposeScope();
        using var golden = SafetensorsFile.Open(TestData.Small("clip-vit", "expected.safetensors"));
        var expected = golden.Read(name)[TensorIndex.Slice(0, found.shape[0])];
        expected = normalize ? expected / expected.norm(dim: 1, keepdim: true) : expected;
        Assert.Equal(ScalarType.Float32, found.dtype);
        Assert.InRange((found - expected).abs().max().item<float>(), 0, FeatureTolerance);
    }
}
