using System.Text.Json;
using System.Xml.Linq;
using Kedge.Data.Scenes;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

/// <summary><c>kedge explain --text</c> and <c>kedge locate</c>, on a drawing.</summary>
public sealed class RelevanceCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RelevanceCommandTests() =>
        File.WriteAllBytes(_folder["scene.png"], ImageEncoder.Png(new SceneGenerator(seed: 5).Draw(0).Image));

    [Fact]
    public void For_people_the_similarity_reads_as_this() =>
        Snapshot.Match(Masked(Run("explain", "--text", "a photo of a red star on sand.")), "Cli", "explain-text.txt");

    [Fact]
    public void For_people_a_place_reads_as_this() => Snapshot.Match(Masked(Run("locate", "--text", "a star")), "Cli", "locate.txt");

    [Fact]
    public void Guidance_shows_every_word_that_shows()
    {
        var line = JsonDocument.Parse(Run("explain", "--json", "--guide", "--text", "a red star")).RootElement;
        var guidance = line.GetProperty("guidance");
        Assert.Equal(["red", "star"], guidance.GetProperty("words").EnumerateArray().Select(word => word.GetProperty("word").GetString()));
        Assert.Equal(64, guidance.GetProperty("visible").GetArrayLength());
        Assert.Equal(1, line.GetProperty("tokens").EnumerateArray().Sum(token => token.GetProperty("share").GetDouble()), 1e-6);
    }

    [Fact]
    public void A_text_without_words_is_told_to_be_one() =>
        Assert.Contains("  The text has no words: all of its relevance is on the start of text.\n", Run("explain", "--text", ""));

    [Fact]
    public void The_page_lays_the_map_over_the_photo()
    {
        Run("explain", "--text", "a red star", "--html", _folder["why.html"]);
        var page = XDocument.Load(_folder["why.html"]);
        var map = page.Descendants("svg").Single();
        Assert.Equal(64, map.Elements("rect").Count());
        Assert.StartsWith("data:image/jpeg;base64,", map.Element("image")!.Attribute("href")!.Value);
    }

    [Fact]
    public void The_mask_is_a_picture_of_the_size_of_the_photo()
    {
        Run("locate", "--text", "a star", "--mask", _folder["mask.png"]);
        var mask = ImageDecoder.Decode(ImageFile.OnDisk(_folder["mask.png"]));
        Assert.Equal((64, 64), (mask.Width, mask.Height));
        Assert.InRange(mask.Pixels.Count(value => value == byte.MaxValue), 3, mask.Pixels.Length - 3);
        Assert.All(mask.Pixels, value => Assert.True(value is 0 or byte.MaxValue));
    }

    [Fact]
    public void A_mask_of_two_photos_and_a_threshold_of_nothing_are_refused()
    {
        File.Copy(_folder["scene.png"], _folder["other.png"]);
        Assert.Equal("Writing a mask found 2 photos: give one, or leave --mask away.", CliRun.Failed("locate", "--text", "a star",
            "--model", "kedge-mini-scenes", "--mask", _folder["mask.png"], _folder["scene.png"], _folder["other.png"]));
        Assert.Equal("Locating 'a star' found the threshold 0: it must be above 0 and at most 1.", CliRun.Failed(
            "locate", "--text", "a star", "--model", "kedge-mini-scenes", "--threshold", "0", _folder["scene.png"]));
    }

    [Theory]
    [InlineData("--classifier x --text y z.png", "Give either --classifier or --text.\n")]
    [InlineData("--text y", "--text: give photos to compare it with, too.\n")]
    [InlineData("--text y --top 3 z.png", "--top: not with --text, which shows all of it.\n")]
    [InlineData("--classifier x --guide z.png", "--guide: with --text alone.\n")]
    public void Options_that_do_not_go_together_are_refused(string arguments, string error) =>
        Assert.StartsWith(error, CliRun.Of(["explain", .. arguments.Split(' ')]).Error);

    public void Dispose() => _folder.Dispose();

    private string Run(string command, params string[] arguments) =>
        CliRun.Done([command, "--model", "kedge-mini-scenes", .. arguments, _folder["scene.png"]]);

    private string Masked(string text) => text.Replace(_folder["scene.png"], "scene.png", StringComparison.Ordinal);
}
