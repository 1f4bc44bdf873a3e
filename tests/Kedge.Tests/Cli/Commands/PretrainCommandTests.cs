using System.Text.Json;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

public class PretrainCommandTests
{
    private static readonly ClipConfiguration Tiny = new(
        8, new ResNetConfiguration(32, Width: 2, [1, 1, 1, 1], Heads: 1),
        new TextConfiguration(ContextLength: 12, VocabularySize: 49408, new(8, Layers: 1, Heads: 1, MlpWidth: 16)));

    [Fact]
    public void A_run_ends_with_weights_that_load_and_a_finished_one_is_not_repeated()
    {
        using var photos = Described();
        var report = JsonDocument.Parse(Trained([.. Pretrain(photos), "--json"])).RootElement;
        var model = report.GetProperty("model").GetString()!;
        Assert.Equal(Path.Combine(photos["run"], "model.safetensors"), model);
        Assert.Equal(3, report.GetProperty("heldOutImages").GetInt32());
        Assert.InRange(report.GetProperty("zeroShotTop1").GetDouble(), 0, 1);
        var info = CliRun.Done("info", model);
        Assert.Contains("image tower    ResNet, blocks 1-1-1-1, width 2, heads 1, 32 pixels\n", info);
        Assert.Contains("settings       activation, image heads, text heads, mean, std, interpolation: the weights' metadata; " +
            "resize and crop, context length: the weights\n", info);

        Assert.Equal(2, File.ReadLines(photos["run/curve.csv"]).Count()); // a head, and the last step
        Assert.True(new FileInfo(photos["run/curve.png"]).Length > 1000);

        var first = File.ReadAllBytes(model);
        Assert.Matches(@"^model               .*model\.safetensors\nzero-shot accuracy  [\d.]+ % of 3 held-out images\n$",
            CliRun.Done([.. Pretrain(photos), "--resume"]));
        Assert.Equal(first, File.ReadAllBytes(model));
    }

    [Fact]
    public void Another_run_in_the_same_folder_is_refused()
    {
        using var photos = Described();
        Trained(Pretrain(photos));
        Assert.StartsWith($"The run in '{photos["run"]}' cannot be resumed: it was started with Options.Seed 1 instead of 2; ",
            CliRun.Failed([.. Pretrain(photos), "--resume", "--seed", "2"]));
        Assert.Equal($"'{photos["run"]}' holds a training run already: go on with it (--resume), or name another folder.",
            CliRun.Failed(Pretrain(photos)));
    }

    [Fact]
    public void A_second_run_in_the_same_folder_is_refused_while_the_first_goes_on()
    {
        using var photos = Described();
        Directory.CreateDirectory(photos["run"]);
        using (FileLock.Take(photos["run/run.lock"]))
        {
            Assert.Equal($"The folder '{photos["run"]}' is being written to by another training run: wait until that ends, " +
                "or give another folder.", CliRun.Failed(Pretrain(photos)));
        }
        Assert.Empty(Directory.GetFileSystemEntries(photos["run"]));
        Trained(Pretrain(photos));
        Assert.False(File.Exists(photos["run/run.lock"]));
    }

    [Fact]
    public void Scenes_and_captions_of_a_csv_are_trained_on_together()
    {
        using var photos = Described();
        CliRun.Done("scenes", "--count", "20", "--resolution", "32", "--out", photos["scenes"]);
        File.WriteAllLines(photos["captions.csv"], [
            "path,caption", .. Directory.GetFiles(Path.Combine(photos.Data, "train"), "*", SearchOption.AllDirectories)
                .Select((path, i) => $"{Path.GetRelativePath(photos["."], path)},photo {i}")]);
        var run = CliRun.Of("pretrain", "--pairs", photos["scenes"], photos["captions.csv"],
            "--arch", photos["arch.json"], "--steps", "2", "--batch-size", "3",
            "--loss", "sigmoid", "--accumulate", "2", "--out", photos["run"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.EndsWith("not measured: there are no held-out images\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trained_model_is_trained_on_from()
    {
        using var photos = Described();
        Trained(Pretrain(photos));
        string[] both = [.. Pretrain(photos)[..^1], photos["more"], "--start", photos["run/model.safetensors"]];
        Assert.Equal("A training run starts from an architecture or from a model: give one of --arch and --start.", CliRun.Failed(both));
        Trained([.. both.Except(["--arch", photos["arch.json"]])]);
    }

    [Theory]
    [InlineData("--crop-area", "0", "--crop-area is 0: it must be above 0.")]
    [InlineData("--average", "1", "--average is 1: it must be below 1.")]
    [InlineData("--flip", "2", "--flip is 2: it must be 0 to 1.")]
    [InlineData("--loss", "triplet", "--loss is triplet: it must be info-nce or sigmoid.")]
    [InlineData("--precision", "f16", "--precision is f16: it must be f32 or bf16.")]
    public void A_value_out_of_range_is_refused(string option, string value, string message)
    {
        using var photos = Described();
        var run = CliRun.Of([.. Pretrain(photos), option, value]);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(photos["run"]));
    }

    [Fact]
    public void Photos_of_classes_need_descriptions()
    {
        using var photos = Described();
        Assert.Equal($"'{photos.Data}' holds photos of classes, and captions are made of the classes' descriptions: " +
            "name a file of them (--descriptions).",
            CliRun.Failed("pretrain", "--pairs", photos.Data, "--arch", photos["arch.json"], "--steps", "2", "--out", photos["run"]));
    }

    [Fact]
    public void A_run_needs_pairs_or_texts()
    {
        using var photos = Described();
        Assert.Equal("A training run needs something to train on: give --pairs, --text-teacher, or both.",
            CliRun.Failed("pretrain", "--arch", photos["arch.json"], "--steps", "2", "--out", photos["run"]));
    }

    [Fact]
    public void A_class_without_description_is_named()
    {
        using var photos = Described();
        File.WriteAllText(photos["classes.json"], """{"apple":{"names":["apple"],"hypernyms":[],"gloss":""}}""");
        Assert.Equal("Of the 3 classes of photos, 2 have no description, 'leaf' first: add them to the descriptions, " +
            "or take the classes away.",
            CliRun.Failed(Pretrain(photos)));
    }

    /// <summary>Runs to the end; the measurement at the checkpoint is the one line of progress.</summary>
    private static string Trained(string[] arguments)
    {
        var run = CliRun.Of(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^Step 2: loss [\d.]+, zero-shot accuracy [\d.]+ % on held-out images\n$", run.Error);
        return run.Out;
    }

    private static string[] Pretrain(PhotoFolder photos) =>
        ["pretrain", "--pairs", photos.Data, "--descriptions", photos["classes.json"],
            "--arch", photos["arch.json"], "--steps", "2", "--batch-size", "3", "--out", photos["run"]];

    private static PhotoFolder Described()
    {
        var photos = PhotoFolder.WithParts(photos: 2);
        foreach (var name in PhotoFolder.Classes)
            photos.Add($"val/{name}", 1);
        File.WriteAllText(photos["arch.json"], ArchitectureFile.Write(Tiny));
        File.WriteAllText(photos["classes.json"], JsonSerializer.Serialize(PhotoFolder.Classes.ToDictionary(name => name,
            name => new { names = new[] { name }, hypernyms = new[] { "thing" }, gloss = "a thing" })));
        return photos;
    }
}
