using System.Text.Json;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Cli;

/// <summary>The main job on features, with no CLIP: a task file to a classifier and to figures.</summary>
public sealed class FeatureTaskTests : IDisposable
{
    private readonly TaskFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Photos_become_a_task_and_evaluate_as_photos_do()
    {
        using var photos = PhotoFolder.WithParts();
        string[] draw = ["--data", photos.Data, "--model", PhotoFolder.Clip, "--shots", "3", "--views", "2", "--cache", photos.Cache];
        Assert.Matches("""
            ^task               .*, [\d,]+ bytes
            model              openai.fp16.safetensors
            classes            3
            feature width      48
            support images     9 in 2 view\(s\)
            query images       6
            validation images  0
            anchors            256
            $
            """.TrimEnd(), CliRun.Done(["task", .. draw, "--out", photos["photos.safetensors"]]));
        foreach (var method in (string[])["zero-shot", "tip-adapter", "nearest-class-mean"])
        {
            CliRun.Done(["fit", .. draw, "--method", method, "--out", photos["photos.kedge"]]);
            CliRun.Done("fit", "--task", photos["photos.safetensors"], "--method", method, "--out", photos["task.kedge"]);
            string[] ofPhotos = ["evaluate", "--classifier", photos["photos.kedge"], "--data", photos.Data, "--cache", photos.Cache];
            string[] ofTask = ["evaluate", "--classifier", photos["task.kedge"], "--task", photos["photos.safetensors"]];
            Assert.Equal(CliRun.Done([.. ofPhotos, "--json"]), CliRun.Done([.. ofTask, "--json"]));
            Assert.Equal(CliRun.Done(ofPhotos).Replace("on openai", "on features of openai", StringComparison.Ordinal),
                CliRun.Done(ofTask));
        }
        Assert.StartsWith($"The classifier '{photos["task.kedge"]}' was fitted on a task of features (--task) and no CLIP is behind it",
            CliRun.Failed("predict", "--classifier", photos["task.kedge"], photos.Data));
    }

    [Fact]
    public void The_words_of_a_file_become_the_anchors()
    {
        using var photos = PhotoFolder.WithParts(photos: 1);
        File.WriteAllLines(photos["words.txt"], ["fur", "water"]);
        var made = JsonDocument.Parse(CliRun.Done("task", "--data", photos.Data,
            "--model", PhotoFolder.Clip, "--shots", "all", "--words", photos["words.txt"],
            "--template", "a {}.", "--no-cache", "--out", photos["x.safetensors"], "--json")).RootElement;
        Assert.Equal((2, 3, 6, 0), (made.GetProperty("anchors").GetInt32(),
            made.GetProperty("support").GetInt32(), made.GetProperty("query").GetInt32(), made.GetProperty("validation").GetInt32()));
        Assert.Equal("a {}.", Assert.Single(made.GetProperty("templates").EnumerateArray()).GetString());
    }

    [Fact]
    public void Reports_of_a_fit_have_the_same_keys_and_no_image_encoded()
    {
        var text = CliRun.Done("fit", "--task", _file.Write(), "--method", "tip-adapter", "--out", _file["x.kedge"]);
        Assert.Contains("model                       features of an unnamed model\n", text);
        Assert.Contains("support images              6 of pets\n", text);
        var json = JsonDocument
            .Parse(CliRun.Done("fit", "--task", _file.Path, "--method", "tip-adapter", "--out", _file["x.kedge"], "--json")).RootElement;
        Assert.Equal(["classifier", "bytes", "model", "fingerprint", "method",
            "options", "classNames", "templates", "support", "encoded", "selection", "probabilities", "seconds"],
            json.EnumerateObject().Select(property => property.Name));
        Assert.Equal(0, json.GetProperty("encoded").GetInt32());
    }

    [Theory]
    [InlineData("test", 5)]
    [InlineData("validation", 2)]
    [InlineData("train", 6)]
    public void Each_part_is_evaluated(string split, int images)
    {
        CliRun.Done("fit", "--task", _file.Write(), "--method", "zero-shot", "--out", _file["x.kedge"]);
        var run = CliRun.Of("evaluate", "--classifier", _file["x.kedge"], "--task", _file.Path, "--split", split);
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith($"data               pets, part {split}, {images} images\nclassifier         zero-shot on features of " +
            "an unnamed model\n", run.Out);
        Assert.Equal(split == "train", run.Error.StartsWith("Note: the part 'train' may hold", StringComparison.Ordinal));
    }

    [Fact]
    public void A_part_that_is_not_there_is_refused()
    {
        CliRun.Done("fit", "--task", _file.With("validation.features", tensor: null).With("validation.labels", tensor: null).Write(),
            "--method", "zero-shot", "--out", _file["x.kedge"]);
        Assert.Equal($"The task '{_file.Path}' has no validation part: choose another with --split, " +
            "or write validation.features and validation.labels.",
            CliRun.Failed("evaluate", "--classifier", _file["x.kedge"], "--task", _file.Path, "--split", "validation"));
    }

    [Fact]
    public void Bad_tasks_leave_no_classifier()
    {
        Assert.Equal($"There is no task file at '{_file.Path}'; expected a safetensors file of features, as kedge task writes it.",
            CliRun.Failed("fit", "--task", _file.Path, "--out", _file["x.kedge"]));
        _file.With("support.labels", tensor([0L, 0, 1, 1, 1, 1])).Write();
        Assert.Equal("Fitting tip-adapter found no support image of 'sea lion': it needs at least one of each class.",
            CliRun.Failed("fit", "--task", _file.Path, "--method", "tip-adapter", "--out", _file["x.kedge"]));
        Assert.False(File.Exists(_file["x.kedge"]));
    }

    [Fact]
    public void A_cancelled_fit_writes_nothing()
    {
        var run =
            CliRun.Of(["fit", "--task", _file.Write(), "--method", "tip-adapter", "--out", _file["x.kedge"]], input: "", cancelled: true);
        Assert.Equal(new CliRun(130, "", "Cancelled: nothing was written.\n"), run);
        Assert.False(File.Exists(_file["x.kedge"]));
    }
}
