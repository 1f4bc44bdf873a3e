using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

public sealed class ScenesCommandTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Scenes_are_written_with_their_manifest()
    {
        var folder = _scratch["scenes"];
        Assert.Equal($"scenes   12 in {folder}, listed in manifest.jsonl\nclasses  captions, no classes\n",
            CliRun.Done("scenes", "--count", "12", "--seed", "4", "--out", folder));
        Assert.Equal(12, File.ReadLines(Path.Combine(folder, "manifest.jsonl")).Count());
        Assert.Equal(12, Directory.GetFiles(Path.Combine(folder, "images"), "*.png").Length);
    }

    [Fact]
    public void Held_out_shapes_have_a_folder_a_class()
    {
        var folder = _scratch["shapes"];
        var report =
            JsonDocument.Parse(CliRun.Done("scenes", "--count", "24", "--split", "held-out-shapes", "--out", folder, "--json")).RootElement;
        Assert.Equal("held-out-shapes", report.GetProperty("split").GetString());
        Assert.Equal(12, report.GetProperty("classes").GetArrayLength());
        Assert.Equal(12, Directory.GetDirectories(folder).Length);
    }

    [Fact]
    public void A_split_that_there_is_not_is_refused()
    {
        var run = CliRun.Of("scenes", "--count", "1", "--out", _scratch["scenes"], "--split", "shapes");
        Assert.Equal("--split is shapes: it must be training, held-out-combinations or held-out-shapes.", run.Error.Split('\n')[0]);
        Assert.Empty(Directory.GetFileSystemEntries(_scratch.Path));
    }

    [Fact]
    public void A_resolution_out_of_range_is_refused()
    {
        var run = CliRun.Of("scenes", "--count", "1", "--resolution", "16", "--out", _scratch["scenes"]);
        Assert.Equal("--resolution is 16; expected 32 to 512 pixels.", run.Error.Split('\n')[0]);
    }
}
