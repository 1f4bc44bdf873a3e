using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tests.Support;

namespace Kedge.Tests.Clip;

public class ArchitectureFileTests
{
    private static readonly string Example = Path.Combine(TestData.Folder, "..", "..", "..", "docs", "models", "kedge-mini.arch.json");

    private static readonly ClipConfiguration Mini = new(
        256, new ResNetConfiguration(64, Width: 32, [1, 2, 2, 1], Heads: 16),
        new TextConfiguration(77, 49408, new(64, Layers: 4, Heads: 1, MlpWidth: 256, Activation.QuickGelu)));

    public static TheoryData<string> Published => [.. ClipPresets.All.Keys];

    [Fact]
    public void The_documented_example_is_kedge_mini() => Assert.Equal(Mini, ArchitectureFile.Read(Example));

    [Theory, MemberData(nameof(Published))]
    public void What_was_written_is_read_again(string name)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ClipPresets.All[name], ArchitectureFile.Read(folder.Write("a.json", ArchitectureFile.Write(ClipPresets.All[name]))));
    }

    [Theory]
    [InlineData("\"heads\": 16", "\"heads\": 7", "heads are 7, expected a divisor of 32 · width = 1024")]
    [InlineData("\"resolution\": 64", "\"resolution\": 65", "resolution is 65, expected a multiple of 32")]
    [InlineData("[1, 2, 2, 1]", "[2, 2, 2]", "blocks are [2, 2, 2], expected four numbers from 1")]
    [InlineData("\"width\": 32", "\"width\": 0", "width is 0, expected an even number from 2")]
    [InlineData("\"heads\": 1,", "\"heads\": 3,", "text: heads are 3, expected a divisor of width 64")]
    [InlineData("\"layers\": 4", "\"layers\": 0", "text: width is 64, layers 0, mlpWidth 256, expected at least 1 of each")]
    [InlineData("\"layers\": 4", "\"layers\": 1000000",
        "text: width is 64, layers 1000000, mlpWidth 256, expected at most 65536, 256 and 262144")]
    [InlineData("\"width\": 32", "\"width\": 2000000000", "width is 2000000000, expected at most 2048")]
    [InlineData("[1, 2, 2, 1]", "[1, 2, 2, 1000]", "blocks are [1, 2, 2, 1000], expected at most 256 of each")]
    [InlineData("\"featureWidth\": 256", "\"featureWidth\": 2000000000", "featureWidth is 2000000000, expected at most 65536")]
    [InlineData("\"contextLength\": 77", "\"contextLength\": 2000000000", "contextLength is 2000000000, expected at most 65536")]
    [InlineData("\"contextLength\": 77", "\"contextLength\": 1", "contextLength is 1, expected at least 3")]
    public void Numbers_that_do_not_fit_together_are_named(string line, string changed, string fault)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.json", File.ReadAllText(Example).Replace(line, changed));
        Assert.Equal($"The architecture '{path}' cannot be built: {fault}.",
            Assert.Throws<KedgeException>(() => ArchitectureFile.Read(path)).Message);
    }

    [Theory]
    [InlineData("\"hiddenWidth\": 16", "\"hiddenWidth\": -1", "width is 64, hiddenWidth -1, expected at least 1 and 0")]
    [InlineData("\"resolution\": 224", "\"resolution\": 100", "resolution is 100, expected a multiple of 32")]
    public void Numbers_of_basic_blocks_are_checked_too(string line, string changed, string fault)
    {
        using var folder = new TemporaryFolder();
        var vision = new BasicResNetConfiguration(224, 64, [2, 2, 2, 2], 16);
        var written = ArchitectureFile.Write(Mini with { Vision = vision, JointMean = true });
        Assert.Contains("\"$type\": \"basic-resnet\"", written);
        Assert.Equal(written, ArchitectureFile.Write(ArchitectureFile.Read(folder.Write("a.json", written))));
        var path = folder.Write("b.json", written.Replace(line, changed));
        Assert.Equal($"The architecture '{path}' cannot be built: {fault}.",
            Assert.Throws<KedgeException>(() => ArchitectureFile.Read(path)).Message);
    }

    [Theory]
    [InlineData("\"vocabularySize\"", "\"vocabSize\"")]
    [InlineData("resnet", "convnext")]
    [InlineData("quickGelu", "relu")]
    [InlineData("{", "")]
    public void Other_forms_are_refused(string part, string changed)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.json", File.ReadAllText(Example).Replace(part, changed));
        var error = Assert.Throws<KedgeException>(() => ArchitectureFile.Read(path)).Message;
        Assert.StartsWith($"The architecture '{path}' cannot be read: ", error);
        Assert.EndsWith(" Expected a JSON object as docs/models/kedge-mini.arch.json is.", error);
    }
}
