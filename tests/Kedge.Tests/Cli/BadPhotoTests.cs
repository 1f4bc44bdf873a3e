using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>One bad photo does not stop the others.</summary>
public sealed class BadPhotoTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts(photos: 4);
    private readonly string _bad;
    private readonly string _reason;

    public BadPhotoTests()
    {
        _bad = Path.Combine(_photos.Data, "test", "apple", "1.png");
        File.WriteAllBytes(_bad, []);
        _reason = $"Cannot decode '{_bad}': the file is empty; expected JPEG, PNG, WebP, BMP or GIF.";
    }

    private string Note => $"Note: 1 photo cannot be read and is left out:\n  {_reason}\n";

    private string Tests => Path.Combine(_photos.Data, "test");

    private string Classifier => _photos["x.kedge"];

    public void Dispose() => _photos.Dispose();

    [Theory]
    [InlineData("predict")]
    [InlineData("classify")]
    public void Photos_are_answered_in_their_order_with_errors_in_their_places(string command)
    {
        Fit();
        string[] arguments = command == "predict" ? ["predict", "--classifier", Classifier, "--no-cache", Tests]
            : ["classify", "--classes", "apple,leaf,sea lion", "--model", PhotoFolder.Clip, Tests];
        var text = Partly(arguments);
        Assert.Equal(6, text.Split('\n').Count(line => line.StartsWith(_photos.Data, StringComparison.Ordinal)));
        Assert.Contains($"{_bad}\n  error: {_reason}\n{Path.Combine(Tests, "leaf", "0.png")}\n", text);

        var lines = Partly([.. arguments, "--json"]).TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(Directory.GetFiles(Tests, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal),
            lines.Select(line => line.GetProperty("image").GetString()));
        Assert.Equal([1], lines.Index().Where(line => line.Item.TryGetProperty("error", out _)).Select(line => line.Index));
        Assert.Equal((_reason, 0), (lines[1].GetProperty("error").GetString(), lines[1].GetProperty("classes").GetArrayLength()));

        var rows = Partly([.. arguments, "--csv", "--top", "2"]).TrimEnd('\n').Split('\n');
        Assert.Equal("image,class,probability,class_2,probability_2,rejected,error", rows[0]);
        Assert.Equal($"{_bad},,,,,,\"{_reason}\"", rows[2]);
        Assert.Equal(7, rows.Length);

        var strict = CliRun.Of([.. arguments, "--strict", "--json"]);
        Assert.Equal((1, $"{_reason}\n"), (strict.ExitCode, strict.Error));
        var none = CliRun.Of([.. arguments[..^1], _bad, _bad]);
        Assert.Equal(new CliRun(1, $"{_bad}\n  error: {_reason}\n{_bad}\n  error: {_reason}\n",
            "None of the photos can be read (1); what is wrong stands in their places.\n"), none);
    }

    [Fact]
    public void A_classifier_is_fitted_and_evaluated_without_them()
    {
        File.WriteAllText(Path.Combine(_photos.Data, "train", "leaf", "0.png"), "no photo");
        var fit = Fit("--shots", "4", "--views", "2");
        Assert.Matches(@"(?m)^support images +11 of photos \(up to 4 shots, seed 1\), 11 of them encoded now, 1 left out, as it cannot be read$",
            fit.Out);
        Assert.StartsWith("Note: 1 photo cannot be read and is left out:\n  Cannot decode '", fit.Error);
        Assert.EndsWith(".\nNote: 1 class has fewer than 4 images, and all of these are learned from: leaf (3).\n", fit.Error);

        string[] evaluate = ["evaluate", "--classifier", Classifier, "--data", _photos.Data, "--no-cache"];
        var run = CliRun.Of(evaluate);
        Assert.Equal((0, Note), (run.ExitCode, run.Error));
        Assert.StartsWith("data               photos, part test, 5 images, 1 left out, as it cannot be read\n", run.Out);
        using var json = JsonDocument.Parse(CliRun.Of([.. evaluate, "--json"]).Out);
        Assert.Equal((5, 1), (json.RootElement.GetProperty("images").GetInt32(), json.RootElement.GetProperty("leftOut").GetInt32()));
        Assert.Equal(_reason, CliRun.Failed([.. evaluate, "--strict"]));
    }

    [Fact]
    public void A_comparison_says_how_many_test_photos_it_left_out()
    {
        string[] compare = ["compare", "--data", _photos.Data, "--model", PhotoFolder.Clip, "--methods", "zero-shot,nearest-class-mean",
            "--shots", "1", "--seeds", "1", "--no-cache", "--out", _photos["out"]];
        var run = CliRun.Of(compare);
        Assert.Equal((0, Note), (run.ExitCode, run.Error));
        const string said = "on 5 test images. Test images left out, as they cannot be read: 1.";
        Assert.Contains(said, run.Out);
        Assert.All((string[])["results.md", "report.html"], file => Assert.Contains(said, File.ReadAllText(_photos[$"out/{file}"])));
        Assert.All(File.ReadLines(_photos["out/results.csv"]).Skip(1), row => Assert.EndsWith(",1", row));
        using var json = JsonDocument.Parse(CliRun.Of([.. compare, "--json"]).Out);
        Assert.All(json.RootElement.GetProperty("rows").EnumerateArray(), row => Assert.Equal(1, row.GetProperty("left_out").GetInt32()));
    }

    [Fact]
    public void Tasks_features_and_explanations_are_made_without_them()
    {
        File.WriteAllText(_photos["words.txt"], "red\ngreen\n");
        var run = CliRun.Of("task", "--data", _photos.Data, "--shots", "2", "--words", _photos["words.txt"], "--model", PhotoFolder.Clip,
            "--no-cache", "--out", _photos["t.safetensors"]);
        Assert.Equal((0, Note), (run.ExitCode, run.Error));
        Assert.Contains("query images       5, 1 left out, as it cannot be read\n", run.Out);
        CliRun.Done("fit", "--task", _photos["t.safetensors"], "--method", "nearest-class-mean", "--out", Classifier);
        Assert.Contains("5 images, 1 left out, as it cannot be read\n",
            CliRun.Done("evaluate", "--task", _photos["t.safetensors"], "--classifier", Classifier));

        run = CliRun.Of("embed", "--images", Tests, "--model", PhotoFolder.Clip, "--no-cache", "--out", _photos["f.safetensors"]);
        Assert.Equal((0, Note), (run.ExitCode, run.Error));
        Fit();
        run = CliRun.Of("explain", "--classifier", Classifier, "--no-cache", Tests, "--json");
        Assert.Equal((0, Note, 5), (run.ExitCode, run.Error, run.Out.Count(letter => letter == '\n')));
    }

    private CliRun Fit(params string[] more)
    {
        var run = CliRun.Of(["fit", "--data", _photos.Data, "--model", PhotoFolder.Clip, "--method", "tip-adapter", "--no-cache",
            "--out", Classifier, .. more.Length > 0 ? more : ["--shots", "2"]]);
        Assert.Equal(0, run.ExitCode);
        return run;
    }

    private static string Partly(string[] arguments)
    {
        var run = CliRun.Of(arguments);
        Assert.Equal((3, "Note: 1 of 6 photos cannot be read; what is wrong stands in their places.\n"), (run.ExitCode, run.Error));
        return run.Out;
    }
}
