using System.Text;
using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class ClassFoldersTests : IDisposable
{
    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_folder_a_class_is_training_data_with_classes_in_ordinal_order()
    {
        var dataset = DatasetReader.Open(_temp
            .With("b_2/2.PNG", "b_2/1.jpg", "a/x.webp", "Z/y.Jpeg", "Z/deep/er/z.gif", "a/notes.txt", "a/.hidden.jpg", ".git/x.jpg").Path);
        Assert.Equal(["Z", "a", "b_2"], dataset.ClassNames);
        Assert.Equal(["Z/deep/er/z.gif 0", "Z/y.Jpeg 0", "a/x.webp 1", "b_2/1.jpg 2", "b_2/2.PNG 2"], Listed(dataset.Train));
        Assert.Empty(dataset.Validation);
        Assert.Empty(dataset.Test);
        Assert.Equal(Path.GetFileName(_temp.Path), dataset.Name);
    }

    [Theory]
    [InlineData("val")]
    [InlineData("valid")]
    [InlineData("Validation")]
    public void Folders_of_parts_may_stand_on_top(string validation)
    {
        var dataset = DatasetReader.Open(
            _temp.With("train/a/1.jpg", "train/b/2.jpg", $"{validation}/a/3.jpg", "test/b/4.jpg", "labels/readme.txt").Path);
        Assert.Equal(["a", "b"], dataset.ClassNames);
        Assert.Equal(["train/a/1.jpg 0", "train/b/2.jpg 1"], Listed(dataset.Train));
        Assert.Equal([$"{validation}/a/3.jpg 0"], Listed(dataset.Validation));
        Assert.Equal(["test/b/4.jpg 1"], Listed(dataset.Test));
    }

    [Fact]
    public void A_test_part_may_come_alone()
    {
        var dataset = DatasetReader.Open(_temp.With("test/a/1.jpg", "test/b/2.jpg").Path);
        Assert.Empty(dataset.Train);
        Assert.Equal(2, dataset.Test.Count);
    }

    [Fact]
    public void A_train_may_be_a_class() =>
        Assert.Equal(["bus", "train"], DatasetReader.Open(_temp.With("bus/1.jpg", "train/2.jpg").Path).ClassNames);

    [Theory]
    [InlineData("")]
    [InlineData("photos/")]
    [InlineData("all/my/photos/")]
    public void A_zip_reads_like_its_folder_without_what_stands_around_everything(string wrapper)
    {
        var zip = _temp.Zip("p.zip",
            [.. new[] { "train/", "train/a/1.jpg", "train/b/2.jpg", "test/a/3.jpg", "../evil.txt" }.Select(entry => wrapper + entry),
                "__MACOSX/a/._1.jpg"]);
        var dataset = DatasetReader.Open(zip);
        Assert.Equal("p", dataset.Name);
        Assert.Equal(["a", "b"], dataset.ClassNames);
        Assert.Equal([$"{zip}/{wrapper}train/a/1.jpg", $"{zip}/{wrapper}train/b/2.jpg"], dataset.Train.Select(image => image.Image.Name));
        Assert.Single(dataset.Test);
    }

    [Fact]
    public void Entries_of_a_zip_are_read_from_many_threads_at_once()
    {
        string[] entries = [.. Enumerable.Range(0, 200).Select(i => $"{(i % 2 == 0 ? "a" : "b")}/{i}.jpg")];
        var zip = _temp.Zip("p.zip", entries);
        Parallel.ForEach(DatasetReader.Open(zip).Train, image =>
            Assert.Equal(image.Image.Name, $"{zip}/{Encoding.UTF8.GetString(image.Image.ReadAllBytes())}"));
    }

    [Fact]
    public void A_damaged_entry_of_a_zip_is_named()
    {
        var zip = _temp.Zip("p.zip", "a/" + new string('1', 200) + ".jpg", "b/2.jpg");
        var bytes = File.ReadAllBytes(zip);
        bytes.AsSpan(30 + 206, 4).Fill(0xff); // the first entry's compressed bytes begin after its 30-byte header and its name
        File.WriteAllBytes(zip, bytes);
        var image = DatasetReader.Open(zip).Train[0].Image;
        var error = Assert.Throws<KedgeException>(image.ReadAllBytes);
        Assert.StartsWith($"Cannot read the image '{image.Name}': ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_holds_no_images() =>
        Fails(_temp.Path, "{0} holds no images; expected a folder of photos (jpg, jpeg, png, webp, bmp, gif) for each class.");

    [Fact]
    public void One_class_is_not_enough() =>
        Fails(_temp.With("dog/1.jpg").Path,
            "{0} has only one class, 'dog'; expected at least two: add photos of what it is to be told from.");

    [Fact]
    public void An_empty_class_is_named() =>
        Fails(_temp.With("dog/1.jpg", "cat/2.jpg", "emu/notes.txt").Path,
            "The class 'emu' of {0} has no training images; add some (jpg, jpeg, png, webp, bmp, gif), or take the class away.");

    [Fact]
    public void A_class_of_photos_that_are_not_read_says_so() =>
        Fails(_temp.With("dog/1.jpg", "cat/2.jpg", "emu/1.tif", "emu/2.HEIC").Path,
            "The class 'emu' of {0} has no training images; add some (jpg, jpeg, png, webp, bmp, gif), or take the class away. " +
                "In {0} 2 photos are of kinds that are not read (.tif, .heic), and left out: 'emu/1.tif', …; save them as JPEG or PNG, " +
                "or add the package Kedge.Imaging.Magick.");

    [Fact]
    public void An_empty_class_of_a_zip_is_named() =>
        Fails(_temp.Zip("p.zip", "dog/1.jpg", "cat/2.jpg", "emu/"),
            "The class 'emu' of {0} has no training images; add some (jpg, jpeg, png, webp, bmp, gif), or take the class away.");

    [Fact]
    public void A_class_with_test_images_alone_is_named() =>
        Fails(_temp.With("train/dog/1.jpg", "train/cat/2.jpg", "test/emu/3.jpg").Path,
            "The class 'emu' of {0} has no training images; add some (jpg, jpeg, png, webp, bmp, gif), or take the class away.");

    [Fact]
    public void An_image_outside_the_classes_is_named() =>
        Fails(_temp.With("dog/1.jpg", "cat/2.jpg", "3.jpg").Path,
            "The image 3.jpg in {0} lies in no class's folder; move it into the folder of its class, or away.");

    [Fact]
    public void Parts_beside_another_folder_are_refused() =>
        Fails(_temp.With("train/dog/1.jpg", "test/dog/2.jpg", "extra/3.jpg").Path, "{0} has the folder 'extra' beside 'test' and " +
            "'train'; expected either a folder a class, or folders of parts alone (train, val, valid, validation, dev, test): " +
            "say what they are (--folders parts or --folders classes), or move it away.");

    [Fact]
    public void A_file_that_is_no_zip_is_refused()
    {
        var path = _temp.Write("p.zip", "no zip");
        var error = Assert.Throws<KedgeException>(() => DatasetReader.Open(path));
        Assert.StartsWith($"The zip {path} cannot be read (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("); take an undamaged zip, or unpack it and give the folder.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clothing-112px.zip", 10, 3068, 341, 372)]
    [InlineData("tiny-imagenet-200x200.zip", 200, 40_000, 2_000, 0)]
    [InlineData("caltech101-128px.zip", 101, 8677, 0, 0)]
    public void The_shared_zips_have_their_images(string name, int classes, int train, int validation, int test)
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var dataset = DatasetReader.Open(SharedData.Get("data", name));
        Assert.Equal((classes, train, validation, test),
            (dataset.ClassNames.Count, dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count));
        Assert.NotEmpty(dataset.Train[^1].Image.ReadAllBytes());
    }

    private static void Fails(string path, string message) =>
        Assert.Equal(string.Format(null, message, path), Assert.Throws<KedgeException>(() => DatasetReader.Open(path)).Message);

    private IEnumerable<string> Listed(IEnumerable<LabelledImage> images) =>
        images.Select(image => $"{Path.GetRelativePath(_temp.Path, image.Image.Name).Replace('\\', '/')} {image.Label}");
}
