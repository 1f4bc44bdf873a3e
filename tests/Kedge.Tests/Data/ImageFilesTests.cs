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
    public void Photos_are_known_by_their_endings_in_any_case()
    {
        using var folder = new TemporaryFolder()
            .With("b/1.jpg", "b/2.jfif", "b/3.jpe", "b/4.DIB", "b/5.PNG", "b/6.heic", "b/7.TIF", "b/8.nef", "b/notes.txt");
        var zip = folder.Zip("c.zip", "z/1.JFIF", "z/2.cr2", "__MACOSX/z/3.heic");
        var notes = new List<string>();
        Assert.Equal(["1.jpg", "2.jfif", "3.jpe", "4.DIB", "5.PNG", "1.JFIF"],
            ImageFiles.Open([folder["b"], zip], note: notes.Add).Select(image => Path.GetFileName(image.Name)));
        Assert.Equal(
            [
                $"In {folder["b"]} 3 photos are of kinds that are not read (.heic, .tif, .nef), and left out: '6.heic', …; " +
                    "save them as JPEG or PNG, or add the package Kedge.Imaging.Magick.",
                $"In {zip} 1 photo is of a kind that is not read (.cr2), and left out: 'z/2.cr2'; save it as JPEG or PNG.",
            ],
            notes);
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
