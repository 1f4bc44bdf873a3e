using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Tensors;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData(1000L, " (1,000 bytes)"), InlineData(null, "")]
    public void A_full_disk_leaves_the_earlier_file_and_no_other(long? size, string described)
    {
        var path = _folder.Write("x.bin", [1, 2, 3]);
        var error = Assert.Throws<KedgeException>(() => AtomicFile.Write(path, Fill, size));
        Assert.Equal($"'{path}'{described} cannot be written: No space left on device. Free some space, " +
            "or choose a place that you may write to.", error.Message);
        Assert.Equal([path], _folder.Entries);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
    }

    [Fact]
    public void A_folder_is_there_whole_or_not_at_all()
    {
        Directory.CreateDirectory(_folder["drawings"]);
        Assert.Throws<IOException>(() => AtomicFile.WriteFolder(_folder["drawings"], unfinished =>
        {
            Directory.CreateDirectory(unfinished);
            File.WriteAllText(Path.Combine(unfinished, "1.png"), "half");
            throw new IOException("No space left on device.");
        }));
        Assert.Equal([_folder["drawings"]], _folder.Entries);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["drawings"]));

        AtomicFile.WriteFolder(_folder["drawings"], unfinished =>
        {
            Directory.CreateDirectory(unfinished);
            File.WriteAllText(Path.Combine(unfinished, "1.png"), "whole");
        });
        Assert.Equal("whole", File.ReadAllText(_folder["drawings/1.png"]));
        Assert.Equal([_folder["drawings"]], _folder.Entries);
    }

    private static void Fill(Stream stream)
    {
        stream.Write(new byte[500]);
        throw new IOException("No space left on device.");
    }
}
