using System.Text;
using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public class NamedImagesTests
{
    [Fact]
    public void Images_are_found_again_by_the_names_that_they_were_given()
    {
        using var folder = new TemporaryFolder().With("photos/dress/1.jpg", "a.zip/2.png");
        folder.Zip("x.zip", "train/hat/1.jpg", "y.zip/3.webp", "notes.txt");
        var files = ImageFiles.Open([folder["photos"], folder["a.zip"], folder["x.zip"]]);
        Assert.Equal(4, files.Count);
        var images = new NamedImages();
        Assert.Equal(files.Select(file => file.Name), files.Select(file => images.Find(file.Name)!.Name));
        Assert.Equal(files.Select(file => file.ReadAllBytes()), files.Select(file => images.Find(file.Name)!.ReadAllBytes()));
    }

    [Fact]
    public void Names_of_zips_that_state_no_encoding_are_found_by_the_one_that_the_user_states()
    {
        using var folder = new TemporaryFolder();
        var zip = folder.Write("x.zip",
            new RawZip().With(CodePagesEncodingProvider.Instance.GetEncoding(936)!.GetBytes("狗/1.png")).ToArray());
        Assert.Equal($"{zip}/狗/1.png", new NamedImages("gbk").Find($"{zip}/狗/1.png")!.Name);
        Assert.Null(new NamedImages().Find($"{zip}/狗/1.png"));
    }

    [Fact]
    public void What_is_gone_or_no_image_is_not_found()
    {
        using var folder = new TemporaryFolder().With("notes.txt", "damaged.zip");
        folder.Zip("x.zip", "1.jpg", "notes.txt");
        var images = new NamedImages();
        foreach (var name in (string[])["none.jpg", "notes.txt", "none.zip/1.jpg",
            "x.zip/2.jpg", "x.zip/notes.txt", "damaged.zip/1.jpg", "damaged.zip/", "x.zip"])
            Assert.Null(images.Find(folder[name]));
        Assert.Null(images.Find(""));
    }
}
