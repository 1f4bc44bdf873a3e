using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class ZipImagesTests : IDisposable
{
    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Entries_are_stored_or_deflated(bool deflate)
    {
        var content = new byte[1000];
        var zip = Zip(new RawZip().With("a/1.png"u8.ToArray(), new() { Content = content, Deflate = deflate }).With("b/2.png"));
        Assert.Equal(content, DatasetReader.Open(zip).Train[0].Image.ReadAllBytes());
    }

    [Fact]
    public void Of_an_entry_that_is_stored_twice_the_last_counts()
    {
        var zip = Zip(new RawZip().With("a/1.png", "old").With("b/2.png").With("a/1.png", "new"));
        Assert.Equal("new"u8.ToArray(), DatasetReader.Open(zip).Train[0].Image.ReadAllBytes());
        Assert.Equal(2, DatasetReader.Open(zip).Train.Count);
    }

    [Theory]
    [InlineData(1, 8)]
    [InlineData(0, 99)]
    public void An_encrypted_zip_is_said_to_be_encrypted(int flags, int method)
    {
        var zip = Zip(new RawZip().With("a/1.png"u8.ToArray(), new() { Flags = flags, Method = (ushort)method }).With("b/2.png"));
        Fails(zip, $"The zip {zip} is encrypted ('a/1.png' first), and Kedge has no password for it; unpack it and give the folder.");
    }

    [Fact]
    public void Links_are_left_out_with_a_note()
    {
        var link = new RawEntry { Content = "../b/2.png"u8.ToArray(), System = 3, Attributes = 0xa1ff0000 };
        var dataset = DatasetReader.Open(Zip(new RawZip().With("a/1.png").With("a/3.png"u8.ToArray(), link).With("b/2.png")));
        Assert.Equal(2, dataset.Train.Count);
        Assert.Equal([$"1 of the entries of {_temp["p.zip"]} are links, which are left out, 'a/3.png' first."], dataset.Notes);
    }

    [Fact]
    public void Sizes_that_no_compression_reaches_are_refused_before_anything_is_allocated()
    {
        Image(new() { Deflate = true, Size = 1 << 28 }, "it is damaged in the zip.");
        Image(new() { Size = 1 << 28 }, "it is damaged in the zip.");
        Image(new() { Deflate = true, Size = uint.MaxValue }, "it unpacks to 4294967295 bytes, and the most for one image is 268435456.");
        Image(new() { Checksum = 7 }, "it is damaged in the zip.");
        Image(new() { Deflate = true, Content = new byte[5000], Size = 4999 }, "it is damaged in the zip.");
        Image(new() { Method = 12 }, "it is compressed by method 12, and Kedge reads what is stored or deflated; " +
            "zip it in the usual way, or unpack it.");
    }

    [Fact]
    public void Directories_that_do_not_fit_the_file_are_refused()
    {
        Fails(Zip(new RawZip { Count = 60_000 }.With("a/1.png")), "its directory does not fit the file");
        Fails(Zip(new RawZip { Count = 3 }.With("a/1.png").With("b/2.png", new string('1', 200))), "its directory does not fit the file");
        Fails(Zip(new RawZip().With("a/1.png"u8.ToArray(), new() { Offset = 1 << 30 })), "an entry of its directory lies beyond its end");
        Fails(Zip(new RawZip().With("a/1.png"u8.ToArray(), new() { PackedSize = 1 << 30 })),
            "an entry of its directory lies beyond its end");
        Fails(_temp.Write("p.zip", new byte[100]), "it has no directory at its end");
    }

    [Fact]
    public void A_comment_may_look_like_an_end()
    {
        var zip = new RawZip { Comment = [.. "PK\x05\x06"u8, .. new byte[3]] }.With("a/1.png").With("b/2.png");
        Assert.Equal(2, DatasetReader.Open(Zip(zip)).Train.Count);
    }

    private string Zip(RawZip zip) => _temp.Write("p.zip", zip.ToArray());

    private void Image(RawEntry entry, string message)
    {
        var image = DatasetReader.Open(Zip(new RawZip().With("a/1.png"u8.ToArray(), entry).With("b/2.png"))).Train[0].Image;
        Assert.Equal($"Cannot read the image '{image.Name}': {message}", Assert.Throws<KedgeException>(image.ReadAllBytes).Message);
    }

    private static void Fails(string zip, string message) =>
        Assert.Equal(message.StartsWith("The zip", StringComparison.Ordinal) ? message :
            $"The zip {zip} cannot be read ({message}); take an undamaged zip, or unpack it and give the folder.",
            Assert.Throws<KedgeException>(() => DatasetReader.Open(zip)).Message);
}
