using Kedge.Data.Captions;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data.Captions;

public sealed class CaptionCsvTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Rows_of_an_image_are_its_captions_and_equal_captions_are_a_group()
    {
        Images("a.png", "b.png", "c.png");
        var pairs = CaptionCsv.Read(Csv("path,caption", "a.png,a cat", "b.png,\"a dog, asleep\"",
            "a.png,a sleeping cat", "c.png,\"a dog, asleep\""));
        Assert.Equal(["a cat", "a sleeping cat"], pairs[0].Captions);
        Assert.Equal(["a dog, asleep"], pairs[1].Captions);
        Assert.Equal([0, 1, 1], pairs.Select(pair => pair.Group));
        Assert.Equal(["a.png", "b.png", "c.png"], pairs.Select(pair => Path.GetFileName(pair.Image.Name)));
    }

    [Fact]
    public void Missing_images_are_named()
    {
        Images("a.png");
        var path = Csv("path,caption", "a.png,a cat", "b.png,a dog", "c.png,a cow");
        Assert.StartsWith($"Of the 3 images that {path} lists, 2 are not in {_scratch.Path}: b.png, c.png; ", Message(path));
    }

    [Fact]
    public void Empty_and_too_long_captions_are_refused_with_their_line()
    {
        Images("a.png");
        var path = Csv("path,caption", "a.png,");
        Assert.Equal($"Line 2 of {path} has no caption; write one, or take the line away.", Message(path));
        path = Csv("path,caption", "a.png,a cat", $"a.png,{string.Join(' ', Enumerable.Repeat("cat", 76))}");
        Assert.Equal($"Line 3 of {path} has a caption of 76 tokens, and CLIP reads 75; shorten it.", Message(path));
    }

    [Fact]
    public void Other_columns_and_no_rows_are_refused()
    {
        var path = Csv("file,text", "a.png,a cat");
        Assert.Equal($"The CSV file {path} has the columns file, text; expected path and caption.", Message(path));
        path = Csv("path,caption");
        Assert.Equal($"The CSV file {path} has no row; expected an image and a caption a row.", Message(path));
    }

    private static string Message(string path) => Assert.Throws<KedgeException>(() => CaptionCsv.Read(path)).Message;

    private string Csv(params string[] lines) => _scratch.Write("pairs.csv", string.Join('\n', lines) + "\n");

    private void Images(params string[] names)
    {
        foreach (var name in names)
            _scratch.Write(name, [1]);
    }
}
