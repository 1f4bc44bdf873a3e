using System.Text.Json;
using Kedge.Clip;

namespace Kedge.Tests.Cli;

public class PretrainCommandTests
{
    private static readonly ClipConfiguration Tiny = new(
        8, new ResNetConfiguration(32, Width: 2, [1, 1, 1, 1], Heads: 1), new TextConfiguration(ContextLength: 12, VocabularySize: 49408, new(8, Layers: 1, Heads: 1, MlpWidth: 16)));

    [Fact]
    public void A_run_ends_with_weights_that_load_and_a_finished_one_is_not_repeated()
    {
        using var photos = Described();
        var report = JsonDocument.Parse(CliRun.Done([.. Pretrain(photos), "--json"])).RootElement;
        var model = report.GetProperty("model").GetString()!;
        Assert.Equal(Path.Combine(photos["run"], "model.safetensors"), model);
        Assert.Equal(3, report.GetProperty("validationImages").GetInt32());
        Assert.InRange(report.GetProperty("zeroShotTop1").GetDouble(), 0, 1);
        Assert.Contains("image tower    ResNet, blocks 1-1-1-1, width 2, heads 1, 32 pixels\n", CliRun.Done("info", model));

        var first = File.ReadAllBytes(model);
        Assert.Matches(@"^model               .*model\.safetensors\nzero-shot accuracy  [\d.]+ % of 3 validation images\n$", CliRun.Done(Pretrain(photos)));
        Assert.Equal(first, File.ReadAllBytes(model));
    }

    [Fact]
    public void Another_run_in_the_same_folder_is_refused()
    {
        using var photos = Described();
        CliRun.Done(Pretrain(photos));
        Assert.StartsWith($"The run in '{photos["run"]}' cannot be resumed: it was started with Options.Seed 1 instead of 2; ", CliRun.Failed([.. Pretrain(photos), "--seed", "2"]));
    }

    [Fact]
    public void A_class_without_description_is_named()
    {
        using var photos = Described();
        File.WriteAllText(photos["classes.json"], """{"apple":{"names":["apple"],"hypernyms":[],"gloss":""}}""");
        Assert.Equal("Of the 3 classes of photos, 2 have no description, 'leaf' first: add them to the descriptions, or take the classes away.",
            CliRun.Failed(Pretrain(photos)));
    }

    private static string[] Pretrain(PhotoFolder photos) =>
        ["pretrain", "--pairs", photos.Data, "--descriptions", photos["classes.json"], "--arch", photos["arch.json"], "--steps", "2", "--batch-size", "3", "--out", photos["run"]];

    private static PhotoFolder Described()
    {
        var photos = PhotoFolder.WithParts(photos: 2);
        foreach (var name in PhotoFolder.Classes)
            photos.Add($"val/{name}", 1);
        File.WriteAllText(photos["arch.json"], ArchitectureFile.Write(Tiny));
        File.WriteAllText(photos["classes.json"], JsonSerializer.Serialize(PhotoFolder.Classes.ToDictionary(name => name, name => new { names = new[] { name }, hypernyms = new[] { "thing" }, gloss = "a thing" })));
        return photos;
    }
}
