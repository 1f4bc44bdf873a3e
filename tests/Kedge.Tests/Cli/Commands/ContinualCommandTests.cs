using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

/// <summary>Classes that arrive over time, on the command line.</summary>
public sealed class ContinualCommandTests : IDisposable
{
    private readonly PhotoFolder _photos = new();

    public ContinualCommandTests()
    {
        foreach (var part in new[] { "train", "test" })
        {
            _photos.Add($"first/{part}/apple", 3);
            _photos.Add($"first/{part}/leaf", 3);
            _photos.Add($"second/{part}/sea_lion", 3);
            _photos.Add($"third/{part}/apple", 3);
            foreach (var name in PhotoFolder.Classes)
                _photos.Add($"all/{part}/{name}", 2);
        }
    }

    private string Stream => _photos["stream.kedge"];

    public void Dispose() => _photos.Dispose();

    [Theory, InlineData("attriclip", "epochs=1"), InlineData("running-ridge", "lambda=1")]
    public void Classes_are_learned_task_by_task_and_the_file_is_a_classifier_like_any_other(string method, string option)
    {
        Assert.Contains("stream.kedge, without classes", Init(method, option));
        Assert.Contains("classes     2 in 1 task\n", Learn("first"));
        var second = Learn("second");
        Assert.Contains("classes     3 in 2 tasks\n", second);
        Assert.Matches(@"\ntask 1, first: 6 images, \d+\.\d % of 6 test images right after it\n  apple, leaf\n", second);
        Assert.Matches(@"\ntask 2, second: 3 images, \d+\.\d % of 3 test images right after it\n  sea_lion\n", second);

        var text = CliRun.Done("continual", "evaluate", "--classifier", Stream, "--data", Data("all"), "--no-cache");
        Assert.Matches(@"top-1 accuracy  \d+\.\d %\nforgetting      -?\d+\.\d points\n  task 1, first: \d+\.\d % of 4 images, \d+", text);
        using var figures =
            JsonDocument.Parse(CliRun.Done("evaluate", "--classifier", Stream, "--data", Data("all"), "--no-cache", "--json"));
        Assert.Equal(6, figures.RootElement.GetProperty("images").GetInt32());
        var photo = Path.Combine(Data("all"), "test", "leaf", "0.png");
        Assert.Equal(CliRun.Done("predict", "--classifier", Stream, "--no-cache", photo),
            CliRun.Done("continual", "predict", "--classifier", Stream, "--no-cache", photo));
    }

    [Fact]
    public void Prompts_are_shown_with_their_words_and_the_photos_that_pick_them()
    {
        Init("attriclip", "epochs=0");
        Learn("first");
        using var info = JsonDocument.Parse(CliRun.Done("continual", "info", "--classifier", Stream, "--json"));
        var prompts = info.RootElement.GetProperty("prompts").EnumerateArray().ToArray();
        Assert.Equal(10, prompts.Length);
        Assert.Equal(3 * 6, prompts.Sum(prompt => prompt.GetProperty("images").GetInt32()));
        Assert.All(prompts, prompt => Assert.Equal(Math.Min(3, prompt.GetProperty("images").GetInt32()),
            prompt.GetProperty("photos").GetArrayLength()));
        Assert.Matches(@"\nprompt 1, picked by \d images\n  nearest words: \w+", CliRun.Done("continual", "info", "--classifier", Stream));
        var explained = CliRun.Done("explain", "--classifier", Stream, "--no-cache", Path.Combine(Data("all"), "test", "leaf", "0.png"));
        Assert.Contains("leaf", explained);
    }

    [Fact]
    public void A_class_that_arrives_again_is_refused_and_the_file_stays()
    {
        Init("running-gda", null);
        Learn("first");
        var bytes = File.ReadAllBytes(Stream);
        Assert.Equal("Learning task 2 (third) found the class 'apple', which task 1 (first) has brought: each class is learned once; " +
            "take it away, or give it another name.",
            CliRun.Failed("continual", "learn", "--classifier", Stream, "--data", Data("third"), "--no-cache"));
        Assert.Equal(bytes, File.ReadAllBytes(Stream));
    }

    [Fact]
    public void What_does_not_go_together_is_refused()
    {
        Assert.Equal("Learning further classes found the method gda with the options " +
            "{\"alpha\":null,\"priorShare\":null,\"balanceClasses\":true}, which learns all its classes at once: " +
            "fit it on all of them together.",
            CliRun.Failed("continual", "init", "--method", "gda", "--model", PhotoFolder.Clip, "--precision", "float32", "--out", Stream));
        Init("running-gda", null);
        Assert.Equal("Classifying with running-gda found a classifier that has learned no class yet: teach it some " +
            "(kedge continual learn).",
            CliRun.Failed("evaluate", "--classifier", Stream, "--data", Data("all"), "--no-cache"));
        CliRun.Done("fit", "--data", Data("first"), "--method", "zero-shot", "--model", PhotoFolder.Clip, "--out", _photos["fit.kedge"]);
        Assert.Equal("Learning further classes found a classifier of zero-shot that was fitted on all its classes at once: " +
            "begin one that learns over time (kedge continual init).",
            CliRun.Failed("continual", "learn", "--classifier", _photos["fit.kedge"], "--data", Data("second"), "--no-cache"));
    }

    private string Data(string name) => Path.Combine(_photos.Data, name);

    private string Init(string method, string? option) => CliRun.Done(["continual", "init", "--method", method, "--model",
        PhotoFolder.Clip, "--precision", "float32", "--out", Stream, .. option is null ? Array.Empty<string>() : ["--option", option]]);

    private string Learn(string data)
    {
        var run = CliRun.Of("continual", "learn", "--classifier", Stream, "--data", Data(data), "--no-cache");
        var errors = run.Error.Split('\n').Where(line => !line.StartsWith("Note: The task has one class", StringComparison.Ordinal));
        Assert.Equal((0, ""), (run.ExitCode, string.Join('\n', errors)));
        return run.Out;
    }
}
