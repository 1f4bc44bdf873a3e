using System.Text.Json;
using Kedge.Data;
using Kedge.Data.Scenes;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data.Scenes;

public sealed class SceneFolderTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Scenes_come_back_as_pairs_with_their_pixels_and_captions()
    {
        var (generator, folder) = (new SceneGenerator(seed: 3), _scratch["scenes"]);
        SceneFolder.Write(generator, 40, folder, cancellation: TestContext.Current.CancellationToken);
        Assert.True(SceneFolder.Exists(folder));
        var pairs = SceneFolder.Pairs(folder);
        Scene[] scenes = [.. Enumerable.Range(0, 40).Select(generator.Draw)];
        Assert.Equal(scenes.Select(scene => scene.Captions), pairs.Select(pair => pair.Captions));
        Assert.All(scenes.Zip(pairs), entry => Assert.Equal(entry.First.Image.Pixels, ImageDecoder.Decode(entry.Second.Image).Pixels));
        Assert.Equal(scenes.Select(scene => scene.Content).Distinct().Count(), pairs.Select(pair => pair.Group).Distinct().Count());

        var line = JsonDocument.Parse(File.ReadLines(Path.Combine(folder, "manifest.jsonl")).First()).RootElement;
        var item = line.GetProperty("objects")[0];
        Assert.Equal(scenes[0].Objects[0].Shape, item.GetProperty("shape").GetString());
        Assert.Equal(scenes[0].Objects[0].Mask, item.GetProperty("mask").EnumerateArray().Select(run => run.GetInt32()));
        Assert.Equal(4, item.GetProperty("box").GetArrayLength());
    }

    [Fact]
    public void A_held_out_split_is_a_data_set_too()
    {
        SceneFolder.Write(new SceneGenerator(SceneSplit.HeldOutShapes), 24,
            _scratch["shapes"], cancellation: TestContext.Current.CancellationToken);
        var dataset = DatasetReader.Open(_scratch["shapes"]);
        Assert.Equal(SceneVocabulary.HeldOutShapes.Order(StringComparer.Ordinal), dataset.ClassNames);
        Assert.Equal(24, dataset.Train.Count);
    }

    [Fact]
    public void A_folder_that_holds_something_is_not_written_to()
    {
        _scratch.Write("full/note.txt", "keep me");
        var error = Assert.Throws<KedgeException>(
            () => SceneFolder.Write(new SceneGenerator(), 1, _scratch["full"], cancellation: TestContext.Current.CancellationToken));
        Assert.Equal($"Scenes cannot be written to '{_scratch["full"]}': there is something already; choose a new or an empty folder.",
            error.Message);
        Assert.Equal(["note.txt"], Directory.GetFileSystemEntries(_scratch["full"]).Select(Path.GetFileName));
    }

    [Fact]
    public void A_cancelled_writer_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(
            () => SceneFolder.Write(new SceneGenerator(), 1000, _scratch["scenes"], cancellation: cancelled.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Theory, InlineData("{}"), InlineData("nonsense"),
        InlineData("""{"file":"a.png","class":null,"content":"x","captions":[],"background":"on sand","relation":null,"objects":[]}""")]
    public void A_damaged_manifest_is_refused_with_its_line(string line)
    {
        _scratch.Write("scenes/manifest.jsonl", line + "\n");
        Assert.StartsWith($"Line 1 of {_scratch["scenes/manifest.jsonl"]} ",
            Assert.Throws<KedgeException>(() => SceneFolder.Pairs(_scratch["scenes"])).Message);
    }
}
