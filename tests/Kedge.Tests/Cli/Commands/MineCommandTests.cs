using System.Text.Json;
using System.Text.RegularExpressions;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

/// <summary>
/// Words in, the best of them out, on the drawings that come with the code and a model of the package.
/// </summary>
public sealed partial class MineCommandTests : IDisposable
{
    private static readonly string Shapes = Path.GetFullPath(Path.Combine(TestData.Folder, "..", "..", "..", "samples", "shapes"));

    private readonly PhotoFolder _photos = PhotoFolder.WithParts();

    [Fact]
    public void The_table_reads_as_this()
    {
        var run = Mine(["ball", "wheel", "Star", "", "ball", "tent", "sword", "flower"], "--top", "5");
        Assert.Equal((0, "Note: 3 lines of words.txt are left out: line 4 (empty), line 5 'ball' (repeated), " +
            "line 3 'Star' (the name of a class).\n"),
            (run.ExitCode, run.Error.Replace(_photos["words.txt"], "words.txt", StringComparison.Ordinal)));
        Snapshot.Match(Measured().Replace(run.Out, match => match.Value.Contains('E', StringComparison.Ordinal) ? "n.nE-n" : "n.n"),
            "Cli", "mine.txt");
    }

    [Fact]
    public void Json_has_every_number()
    {
        var json = JsonDocument.Parse(Mine(["ball", "wheel", "tent"], "--top", "2", "--json").Out).RootElement;
        Assert.Equal(("shapes", "kedge-mini", 8, 3), (json.GetProperty("data").GetString(),
            json.GetProperty("model").GetString(), json.GetProperty("shots").GetInt32(), json.GetProperty("ranked").GetInt32()));
        var words = json.GetProperty("words").EnumerateArray().ToArray();
        Assert.Equal(2, words.Length);
        Assert.True(words[0].GetProperty("gain").GetDouble() >= words[1].GetProperty("gain").GetDouble());
        Assert.All(words, word => Assert.True(word.GetProperty("standardError").GetDouble() > 0));
        Assert.All(words, word => Assert.Equal(3, word.GetProperty("classes").GetArrayLength()));
    }

    [Fact]
    public void The_best_words_are_what_fit_takes_as_anchors()
    {
        var run = Mine(["ball", "wheel", "tent", "sword", "flower"], "--top", "4", "--out", _photos["anchors.txt"], "--json");
        string[] best = [.. JsonDocument.Parse(run.Out).RootElement
            .GetProperty("words").EnumerateArray().Select(word => word.GetProperty("word").GetString()!)];
        Assert.Equal(best, File.ReadAllLines(_photos["anchors.txt"]));
        CliRun.Done("fit", "--data", Shapes, "--model", "kedge-mini", "--method", "rtos-names", "--anchors",
            _photos["anchors.txt"], "--no-cache", "--out", _photos["x.kedge"]);
        using var clip = Kedge.Clip.ClipModel.Load("kedge-mini");
        using var classifier = ImageClassifier.Load(_photos["x.kedge"], clip);
        Assert.Equal(best, classifier.Classifier.Anchors!.Names);
    }

    [Fact]
    public void Without_a_list_the_nouns_of_WordNet_are_ranked()
    {
        var run = CliRun.Of("mine", "--data", Shapes, "--model", "kedge-mini", "--shots", "2", "--no-cache", "--json");
        var json = JsonDocument.Parse(run.Out).RootElement;
        Assert.Equal((2997, 64), (json.GetProperty("ranked").GetInt32(), json.GetProperty("words").GetArrayLength()));
        Assert.Matches(
            @"\ANote: 3 lines of the nouns of WordNet are left out: lines \d+ '\w+', \d+ '\w+' and \d+ '\w+' \(the name of a class\)\.\n",
            run.Error);
    }

    [Fact]
    public void What_cannot_be_used_is_refused_before_anything_is_encoded()
    {
        Assert.Equal("The template 'a photo' has 0 places for the class name; expected one {}, as in 'a photo of a {}.'.",
            CliRun.Failed("mine", "--data", Shapes, "--model", "kedge-mini", "--template", "a photo"));
        Assert.Equal($"'{_photos.Data}' cannot be written: it is a folder; name a file in it.",
            CliRun.Failed("mine", "--data", Shapes, "--model", "kedge-mini", "--out", _photos.Data));
        Assert.Matches("^The word list '.*' cannot be read: .* Check the path and its permissions.$",
            CliRun.Failed("mine", "--data", Shapes, "--model", "kedge-mini", "--words", _photos["none.txt"]));
        Assert.Equal("The class 'circle' has 16 images, too few for 99 shots; add images, or ask for fewer shots (--shots).",
            CliRun.Failed("mine", "--data", Shapes, "--model", "kedge-mini", "--words", Words("ball", "tent"), "--shots", "99",
                "--exactly"));
        Assert.Equal("Mining anchors found 1 word(s) that are no class names: it needs at least 2; give more words.",
            CliRun.Failed("mine", "--data", Shapes, "--model", "kedge-mini", "--words", Words("ball"), "--shots", "1", "--no-cache"));
    }

    public void Dispose() => _photos.Dispose();

    private CliRun Mine(string[] words, params string[] more) =>
        CliRun.Of(["mine", "--data", Shapes, "--model", "kedge-mini", "--shots", "8", "--words", Words(words), "--no-cache", .. more]);

    private string Words(params string[] words)
    {
        File.WriteAllLines(_photos["words.txt"], words);
        return _photos["words.txt"];
    }

    /// <summary>
    /// Measured numbers depend on the processor in their last places; ranks, signs and classes do not.
    /// </summary>
    [GeneratedRegex(@"\d\.\d(E[+-]\d+)?")]
    private static partial Regex Measured();
}
