using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Options;

/// <summary>Anchors that a person chooses.</summary>
public sealed class AnchorOptionsTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.Flat();

    [Fact]
    public void Words_of_a_file_become_the_anchors_and_what_is_left_out_is_told()
    {
        File.WriteAllText(_photos["words.txt"], "dog\n\ntree\nDog\nsea lion\nwheel\n");
        var run = Fit("--anchors", _photos["words.txt"], "--json");
        Assert.Equal((0, $"Note: 2 lines of {_photos["words.txt"]} are left out: line 2 (empty), line 4 'Dog' (repeated).\nNote: " +
            "1 of 4 anchor words are class names and are left out: sea lion.\n"), (run.ExitCode, run.Error));
        Assert.Equal("""["dog","tree","sea lion","wheel"]""",
            JsonDocument.Parse(run.Out).RootElement.GetProperty("options").GetProperty("anchors").GetRawText());
    }

    [Fact]
    public void A_file_without_words_is_refused()
    {
        File.WriteAllText(_photos["words.txt"], "\n \n");
        Assert.Equal($"The word list '{_photos["words.txt"]}' holds no words: write one a line.\n",
            Fit("--anchors", _photos["words.txt"]).Error);
    }

    [Fact]
    public void A_method_without_anchors_says_so()
    {
        File.WriteAllText(_photos["words.txt"], "dog\ntree\n");
        Assert.Equal("The method tip-adapter has no option anchors: leave --anchors away, or choose a method with anchors (--method).\n",
            Fit("--anchors", _photos["words.txt"], "--method", "tip-adapter").Error);
        Assert.Equal("The method tip-adapter has no option ban: leave --ban away, or choose a method with anchors (--method).\n",
            Fit("--ban", "gun, smoke", "--method", "tip-adapter").Error);
        Assert.Equal("The method tip-adapter has no option ban: leave --ban-file away, or choose a method with anchors (--method).\n",
            Fit("--ban-file", _photos["words.txt"], "--method", "tip-adapter").Error);
    }

    [Fact]
    public void Anchors_are_given_once()
    {
        File.WriteAllText(_photos["words.txt"], "dog\ntree\n");
        Assert.Equal("The option anchors is given twice, by --anchors and by --option anchors: give it once.\n",
            Fit("--anchors", _photos["words.txt"], "--option", """anchors=["cat","tree"]""").Error);
    }

    public void Dispose() => _photos.Dispose();

    private CliRun Fit(params string[] more) => CliRun.Of(
        ["fit", "--data", _photos.Data, "--model", PhotoFolder.Clip, "--shots",
            "1", .. more.Contains("--method") ? [] : (string[])["--method", "rtos-names"],
            "--no-cache", "--out", _photos["x.kedge"], .. more]);
}
