using System.Text.Json;
using Kedge.Checkpoints;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Checkpoints;

public sealed class ShardedTensorsTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Shards_open_as_one_model_from_their_folder()
    {
        using var whole = Checkpoint.Open(SmallClip.OpenAI().Save(_scratch, "whole"));
        Shards();
        using var sharded = Checkpoint.Open(_scratch.Path);
        Assert.Equal(CheckpointFormat.Sharded, sharded.Format);
        Assert.Equal(whole.Fingerprint, sharded.Fingerprint);
    }

    [Fact]
    public void All_missing_shards_are_named_at_once()
    {
        Shards();
        File.Delete(_scratch["0"]);
        File.Delete(_scratch["1"]);
        Assert.Contains("names 2 shards, of which 2 are missing: 0, 1;", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_a_shard_lacks_are_named()
    {
        Shards();
        new Dictionary<string, Tensor> { ["x"] = ones(1) }.Save(_scratch, "1");
        Assert.Matches(@"lists tensors that its shards lack: .+ \(in 1\), .+ \(in 1\);", Refused());
    }

    [Theory]
    [InlineData("../secret.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("C:x")]
    [InlineData("..")]
    [InlineData("")]
    public void A_shard_outside_the_folder_is_refused(string shard)
    {
        Index(new() { ["x"] = shard });
        Assert.Contains($"names the shard '{shard}', which is no plain file name", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_that_names_itself_is_refused()
    {
        Index(new() { ["x"] = "model.safetensors.index.json" });
        Assert.Throws<KedgeException>(() => Checkpoint.Open(_scratch.Path));
    }

    [Theory]
    [InlineData("{\"weight_map\": []}")]
    [InlineData("{\"weight_map\": {\"x\": 1}}")]
    public void A_map_of_the_wrong_kind_is_refused(string json)
    {
        _scratch.Write("model.safetensors.index.json", json);
        Assert.Contains("where an object that maps names to text is expected", Refused(), StringComparison.Ordinal);
    }

    private void Shards()
    {
        var map = new Dictionary<string, string>();
        foreach (var (shard, tensors) in SmallClip.OpenAI().OrderBy(pair => pair.Key, StringComparer.Ordinal).Chunk(3).Index())
        {
            tensors.ToDictionary().Save(_scratch, $"{shard}");
            foreach (var (name, _) in tensors)
                map.Add(name, $"{shard}");
        }
        Index(map);
    }

    private void Index(Dictionary<string, string> map) =>
        _scratch.Write("model.safetensors.index.json",
            JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));

    private string Refused() => Assert.Throws<KedgeException>(() => Checkpoint.Open(_scratch.Path)).Message;
}
