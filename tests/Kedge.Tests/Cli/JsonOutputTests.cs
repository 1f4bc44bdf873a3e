using System.Text.Json;
using System.Text.RegularExpressions;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>
/// What every command writes for machines, kept as text: names, order and kinds of values. Fractions differ between
/// machines in their last digit and are written as 0.5, as are accuracies and sizes of files.
/// </summary>
public sealed partial class JsonOutputTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts();

    private string Classifier => _photos["x.kedge"];

    private string Image => Path.Combine(_photos.Data, "test", "leaf", "0.png");

    private string[] From => ["--data", _photos.Data, "--model", PhotoFolder.Clip, "--no-cache"];

    [Theory, InlineData("clip-vit"), InlineData("clip-rn")]
    public void Info(string model) =>
        Match($"info-{model}", CliRun.Done("info", TestData.Small(model, "openai.fp16.safetensors"), "--json"));

    [Fact]
    public void Tokenize() => Match("tokenize", CliRun.Of(["tokenize", "--json"], "a photo of a \"dog\" & a café.\n\n").Out);

    [Fact]
    public void Classify() => Match("classify",
        CliRun.Done("classify", "--model", PhotoFolder.Clip, "--classes", "apple, leaf,sea lion", "--top", "2", "--json", Image));

    [Theory, InlineData("tip-adapter"), InlineData("gda", "--reject", "0.3")]
    public void Fit_predict_and_evaluate(string method, params string[] more)
    {
        Match($"fit-{method}", Fit([method, .. more, "--json"]));
        Match($"predict-{method}", CliRun.Done("predict", "--classifier", Classifier,
            "--no-cache", "--json", "--top", "2", Image, Path.Combine(_photos.Data, "test", "apple", "0.png")));
        Match($"evaluate-{method}", CliRun.Done("evaluate", "--classifier", Classifier, "--data", _photos.Data, "--no-cache", "--json"));
    }

    [Fact]
    public void Explain()
    {
        string[] small = ["--option", "steps=3", "--option", "alpha=20", "--option", "anchors=[\"dog\",\"tree\"]"];
        Fit(["rtos", .. small]);
        Match("explain-photo", CliRun.Done("explain", "--classifier", Classifier, "--no-cache", "--json", "--top", "2", Image));
        Match("explain-anchors", CliRun.Done("explain", "--classifier", Classifier, "--no-cache", "--json", "--top", "2"));
    }

    [Fact]
    public void Mine()
    {
        File.WriteAllLines(_photos["words.txt"], ["dog", "tree", "car"]);
        Match("mine", CliRun.Of(["mine", .. From, "--shots", "2", "--words", _photos["words.txt"], "--top", "2", "--json"], "").Out);
    }

    [Fact]
    public void Task()
    {
        var json = CliRun.Done(["task", .. From, "--shots", "2", "--out", _photos["x.safetensors"], "--json"]);
        Match("task", Fingerprint().Replace(json, "of features"));
    }

    [Theory, InlineData("few-shot"), InlineData("base-to-new")]
    public void Compare(string protocol) => Match($"compare-{protocol}", CliRun.Of(
        ["compare", "--data", Four(), "--model", PhotoFolder.Clip, "--no-cache",
            "--protocol", protocol, "--methods", "zero-shot,gda,rtos[anchors=[\"zzzqqqzzzqqq\"]]", "--shots", "2", "--seeds", "1",
            "--out", _photos["out"], "--json"], "").Out);

    [Fact]
    public void Scenes() =>
        Match("scenes", CliRun.Done("scenes", "--count", "12", "--resolution",
            "32", "--split", "held-out-shapes", "--out", _photos["scenes"], "--json"));

    [Fact]
    public void Pretrain()
    {
        var tiny = new ClipConfiguration(
            8, new ResNetConfiguration(32, Width: 2, [1, 1, 1, 1], Heads: 1),
            new TextConfiguration(ContextLength: 12, VocabularySize: 49408, new(8, Layers: 1, Heads: 1, MlpWidth: 16)));
        File.WriteAllText(_photos["arch.json"], ArchitectureFile.Write(tiny));
        CliRun.Done("scenes", "--count", "8", "--resolution", "32", "--out", _photos["scenes"]);
        Match("pretrain", CliRun.Of(
            ["pretrain", "--pairs", _photos["scenes"], "--arch", _photos["arch.json"],
                "--held-out", _photos.Data, "--steps", "1", "--batch-size", "4", "--out", _photos["run"], "--json"], "").Out);
    }

    [Fact]
    public void Datasets() => Match("datasets", CliRun.Done("datasets", "--root", _photos["none"], "--json"));

    public void Dispose() => _photos.Dispose();

    /// <summary>Names, order and kinds of the values of a command's JSON.</summary>
    /// <param name="json">A value a line.</param>
    /// <param name="folder">A folder of the test, whose name does not count.</param>
    internal static string Shape(string json, string folder)
    {
        var text = json.Replace(folder, "…", StringComparison.Ordinal).Replace(TestData.Folder, "data", StringComparison.Ordinal);
        return Measured().Replace(NearWord().Replace(text, "word"), "0.5");
    }

    private string Fit(string[] arguments) => CliRun.Done(["fit", .. From, "--shots", "4", "--out", Classifier, "--method", .. arguments]);

    /// <summary>Four classes, of which two can be new.</summary>
    private string Four()
    {
        foreach (var part in (string[])["train", "test"])
        {
            var copy = Directory.CreateDirectory(Path.Combine(_photos.Data, part, "berry")).FullName;
            foreach (var file in Directory.GetFiles(Path.Combine(_photos.Data, part, "apple")))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }
        return _photos.Data;
    }

    private void Match(string name, string json)
    {
        foreach (var line in json.TrimEnd('\n').Split('\n'))
            JsonDocument.Parse(line).Dispose();
        Snapshot.Match(Shape(json, Path.GetDirectoryName(_photos.Data)!), "Cli", $"json-{name}.txt");
    }

    /// <summary>A fraction, a size in bytes, or an accuracy.</summary>
    [GeneratedRegex(@"(?<=[:,[])-?\d+(\.\d+(E[-+]\d+)?|E[-+]\d+)(?=[],}])|(?<=""(bytes|accuracy|balanced_accuracy)"":)\d+")]
    private static partial Regex Measured();

    [GeneratedRegex(@"(?<=""fingerprint"":"")[0-9a-f]{64}")]
    private static partial Regex Fingerprint();

    /// <summary>A word of the small model that is as near as others.</summary>
    [GeneratedRegex(@"(?<=""text"":"")[a-z ]+(?="",""cosine"")")]
    private static partial Regex NearWord();
}
