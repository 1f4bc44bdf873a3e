using Kedge.Persistence;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Persistence;

public sealed class FitCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void What_was_written_last_is_read()
    {
        using var scope = NewDisposeScope();
        var checkpoint = new FitCheckpoint(_file["x.kedge"]);
        Assert.Null(checkpoint.Read("a"));
        checkpoint.Write("a", new Dictionary<string, Tensor> { ["x"] = ones(3) });
        checkpoint.Write("a", new Dictionary<string, Tensor> { ["y"] = tensor([1.5f, -2]) });
        var (name, kept) = Assert.Single(checkpoint.Read("a")!);
        Assert.Equal("y", name);
        Assert.Equal([1.5f, -2], kept.data<float>().ToArray());
        Assert.Equal([_file["x.kedge"]], _file.Entries);
        checkpoint.Remove();
        checkpoint.Remove();
        Assert.Empty(_file.Entries);
    }

    [Fact]
    public void Another_fit_is_refused_and_stays()
    {
        using var scope = NewDisposeScope();
        var checkpoint = new FitCheckpoint(_file["x.kedge"]);
        checkpoint.Write("a", new Dictionary<string, Tensor> { ["x"] = ones(3) });
        Assert.Equal($"The checkpoint '{_file["x.kedge"]}' is of another fit: its method, options, images or model, " +
            "or the version of Kedge, differ from what is " +
            "asked for now, or the number of threads, which changes the last bits of features; ask for the same, name another file, " +
            "or remove this one to start afresh.",
                Assert.Throws<KedgeException>(() => checkpoint.Read("b")).Message);
        Assert.NotNull(checkpoint.Read("a"));
    }

    [Fact]
    public void Any_flipped_bit_is_found()
    {
        using var scope = NewDisposeScope();
        var checkpoint = new FitCheckpoint(_file["x.kedge"]);
        checkpoint.Write("a", new Dictionary<string, Tensor> { ["x"] = ones(3) });
        var bytes = File.ReadAllBytes(_file["x.kedge"]);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_file["x.kedge"], bytes);
            Assert.Throws<KedgeException>(() => checkpoint.Read("a"));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        bytes[^1] ^= 1;
        File.WriteAllBytes(_file["x.kedge"], bytes);
        Assert.Equal($"The checkpoint '{_file["x.kedge"]}' is damaged: its content does not have the digest that it carries; " +
            "remove it to start afresh.", Assert.Throws<KedgeException>(() => checkpoint.Read("a")).Message);
    }

    [Fact]
    public void Files_of_another_kind_are_refused()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_file["x.kedge"], new Dictionary<string, Tensor> { ["x"] = ones(3) });
        Assert.Equal($"'{_file["x.kedge"]}' is no checkpoint of a fit: its metadata lack format = kedge-fit; name another file.",
            Assert.Throws<KedgeException>(() => new FitCheckpoint(_file["x.kedge"]).Read("a")).Message);
        File.WriteAllText(_file["x.kedge"], "holiday");
        Assert.Throws<KedgeException>(() => new FitCheckpoint(_file["x.kedge"]).Read("a"));
    }
}
