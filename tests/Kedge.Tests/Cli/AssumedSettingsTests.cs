using System.Text.Json;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Cli;

/// <summary>A model that is weights alone: one note of what is assumed, and options to state it.</summary>
public sealed class AssumedSettingsTests : IDisposable
{
    private const string Assumed = "Note: nothing states the activation (QuickGelu), image heads (2), text heads (1), mean, std, " +
        "interpolation of the model 'model', so that they are assumed as in OpenAI's models: put its configuration beside the weights, " +
        "or state --activation and --heads.\n";

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public AssumedSettingsTests() => _model = TinyClip.Save(TinyClip.OpenAI(), _folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Info_says_where_each_setting_comes_from()
    {
        var run = CliRun.Of("info", _model);
        Assert.Equal((0, Assumed), (run.ExitCode, run.Error));
        Assert.Contains("settings       activation, image heads, text heads, mean, std, interpolation: assumed; " +
            "resize and crop, context length: the weights\n", run.Out);
        var settings = JsonDocument.Parse(CliRun.Of("info", _model, "--json", "--activation", "gelu", "--heads", "4").Out).RootElement
            .GetProperty("settings").EnumerateArray().ToList();
        Assert.Equal(["the command line", "the command line", null],
            settings.Take(3).Select(setting => setting.GetProperty("source").GetString()));
        Assert.Equal(["Gelu", "4", "1"], settings.Take(3).Select(setting => setting.GetProperty("value").GetString()));
    }

    [Fact]
    public void What_is_stated_changes_the_features()
    {
        var texts = _folder.Write("texts.txt", "a cat\n");
        Assert.Equal(Assumed, CliRun.Of("embed", "--model", _model, "--texts", texts, "--out", _folder["a"]).Error);
        var stated = CliRun.Of("embed", "--model", _model, "--texts", texts, "--out", _folder["b"],
            "--activation", "Quick-GELU", "--heads", "2", "--text-heads", "4");
        Assert.DoesNotContain("activation", stated.Error);
        Assert.NotEqual(Features("a"), Features("b"));
        Assert.Contains("--activation is relu: it must be quick-gelu or gelu.",
            CliRun.Of("info", _model, "--activation", "relu").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_classifier_keeps_what_was_stated()
    {
        using var photos = PhotoFolder.WithParts(photos: 1);
        CliRun.Of("fit", "--data", photos.Data, "--model", _model, "--activation", "gelu", "--heads", "4", "--method", "nearest-class-mean",
            "--shots", "1", "--no-cache", "--out", photos["x.kedge"]);
        var run = CliRun.Of("predict", "--classifier", photos["x.kedge"], "--no-cache", Path.Combine(photos.Data, "test/apple/0.png"));
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Note: nothing states the text heads (1), mean, std, interpolation of ", run.Error);
    }

    private float[] Features(string file)
    {
        using var scope = NewDisposeScope();
        using var written = SafetensorsFile.Open(_folder[file]);
        return written.Read("text.features").data<float>().ToArray();
    }
}
