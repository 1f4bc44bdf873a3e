using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public class ImageFilesTests
{
    [Fact]
    public void Files_folders_and_zips_give_their_images_in_order()
    {
        using var folder = new TemporaryFolder().With("b/2.jpg", "b/1.png", "b/notes.txt", "b/.hidden.png", "b/deep/3.webp", "a.jpg");
        var zip = folder.Zip("c.zip", "z/9.png", "z/8.png");
        Assert.Equal([folder["a.jpg"], folder["b/1.png"], folder["b/2.jpg"], folder["b/deep/3.webp"], $"{zip}/z/8.png", $"{zip}/z/9.png"],
            ImageFiles.Open([folder["a.jpg"], folder["b"], zip]).Select(image => image.Name));
    }

    [Fact]
    public void Nothing_at_a_path_or_no_image_in_a_folder_is_an_error()
    {
        using var folder = new TemporaryFolder().With("b/notes.txt");
        Assert.Equal($"There is no image at '{folder["a.jpg"]}'; expected an image file, a folder or a zip of images.",
            Assert.Throws<KedgeException>(() => ImageFiles.Open([folder["a.jpg"]])).Message);
        Assert.Equal($"'{folder["b"]}' holds no images; expected jpg, jpeg, png, webp, bmp or gif files.",
            Assert.Throws<KedgeException>(() => ImageFiles.Open([folder["b"]])).Message);
    }
}
