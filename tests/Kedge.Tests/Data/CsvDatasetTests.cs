using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class CsvDatasetTests : IDisposable
{
    private readonly TemporaryFolder _temp = new TemporaryFolder().With("1.jpg", "sub/2.jpg", "sub/3, b.jpg", "4.jpg");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Names_become_classes_in_ordinal_order_and_splits_become_parts()
    {
        var dataset = Read("Path, Label ,extra,split\n1.jpg,dog,,\nsub/2.jpg,cat,x,Train\n\"sub/3, b.jpg\",dog,,valid\n4.jpg,cat,,test\n");
        Assert.Equal(["cat", "dog"], dataset.ClassNames);
        Assert.Equal([(_temp["1.jpg"], 1), (_temp["sub/2.jpg"], 0)], dataset.Train.Select(image => (image.Image.Name, image.Label)));
        Assert.Equal([(_temp["sub/3, b.jpg"], 1)], dataset.Validation.Select(image => (image.Image.Name, image.Label)));
        Assert.Equal([(_temp["4.jpg"], 0)], dataset.Test.Select(image => (image.Image.Name, image.Label)));
    }

    [Fact]
    public void Numbers_are_labels()
    {
        var dataset = Read("path,label\n1.jpg,1\nsub/2.jpg,0\n4.jpg,02\n");
        Assert.Equal(["0", "1", "2"], dataset.ClassNames);
        Assert.Equal([1, 0, 2], dataset.Train.Select(image => image.Label));
    }

    [Fact]
    public void Paths_may_be_relative_to_a_zip_or_lead_out_of_the_folder()
    {
        var zip = _temp.Zip("p.zip", "in/5.jpg", "in/6.jpg");
        Assert.Equal([$"{zip}/in/5.jpg", $"{zip}/in/6.jpg"],
            DatasetReader.Open(_temp.Write("data.csv", "path,label\nin/5.jpg,a\nin/6.jpg,b\n"), zip).Train
                .Select(image => image.Image.Name));
        Assert.Equal(2, DatasetReader.Open(_temp.Write("lists/data.csv", $"path,label\n../1.jpg,a\n{_temp["4.jpg"]},b\n")).Train.Count);
    }

    [Theory]
    [InlineData("file,label\n1.jpg,a\n", "The CSV file {0} has the columns file, label; expected path, label and, if wished, split.")]
    [InlineData("path,label\n", "{0} holds no images; expected a folder of photos (jpg, jpeg, png, webp, bmp, gif) for each class.")]
    [InlineData("path,label\n1.jpg,a\n4.jpg,a\n",
        "{0} has only one class, 'a'; expected at least two: add photos of what it is to be told from.")]
    [InlineData("path,label\n1.jpg,a\n4.jpg\n",
        "Line 3 of {0} has the path '4.jpg' and the label ''; expected both: complete the line, or take it away.")]
    [InlineData("path,label,split\n1.jpg,a,train\n4.jpg,b,holdout\n",
        "Line 3 of {0} has the split 'holdout'; expected one of train, val, valid, validation, dev, test.")]
    [InlineData("path,label\n1.jpg,1\n4.jpg,2\n", "Line 3 of {0} has the label 2, which is out of range: " +
        "the file has 2 different labels, so expected 0 to 1; number the classes from 0 without gaps, or use names.")]
    [InlineData("path,label\n1.jpg,0\n4.jpg,-1\n", "Line 3 of {0} has the label -1, which is out of range: " +
        "the file has 2 different labels, so expected 0 to 1; number the classes from 0 without gaps, or use names.")]
    [InlineData("path,label\n1.jpg,a\n4.jpg,b\n1.jpg,b\n",
        "{0} has the image {1}1.jpg twice (parts: Train, Train); expected every image once: take one of them away.")]
    [InlineData("path,label,split\n1.jpg,a,\n4.jpg,b,\nsub/../1.jpg,a,test\n",
        "{0} has the image {1}sub/../1.jpg twice (parts: Train, Test); expected every image once: take one of them away.")]
    [InlineData("path,label,split\n1.jpg,a,\n4.jpg,b,test\n",
        "The class 'b' of {0} has no training images; add some (jpg, jpeg, png, webp, bmp, gif), or take the class away.")]
    [InlineData("path,label\na.jpg,a\nb.jpg,b\n1.jpg,a\n",
        "Of the 3 images that {0} lists, 2 are not in {2}: a.jpg, b.jpg; check the paths, or say where the images are (--images).")]
    [InlineData("path,label\na,a\nb,b\nc,a\nd,a\ne,a\nf,a\ng,a\n", "Of the 7 images that {0} lists, 7 are not in {2}: a, b, c, d, " +
        "e and 2 more; check the paths, or say where the images are (--images).")]
    public void Bad_input_is_explained(string csv, string message)
    {
        var error = Assert.Throws<KedgeException>(() => Read(csv));
        Assert.Equal(string.Format(null, message, _temp["data.csv"], _temp.Path + Path.DirectorySeparatorChar, _temp.Path), error.Message);
    }

    [Fact]
    public void A_quote_without_end_is_refused()
    {
        var error = Assert.Throws<KedgeException>(() => Read("path,label\n\"1.jpg,a\n4.jpg,b\n"));
        Assert.StartsWith($"The CSV file {_temp["data.csv"]} is damaged near line 2 (", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_refused() => Assert.Throws<KedgeException>(() => Read(""));

    [Fact]
    public void Paths_with_backslashes_are_read_like_those_with_slashes() =>
        Assert.Equal([_temp["sub/2.jpg"], _temp["sub/3, b.jpg"]],
            Read("path,label\nsub\\2.jpg,a\n\"sub\\3, b.jpg\",b\n").Train.Select(image => image.Image.Name));

    [Fact]
    public void Another_encoding_is_refused_with_its_line()
    {
        var path = _temp.Write("data.csv", System.Text.Encoding.Latin1.GetBytes("path,label\n1.jpg,dog\n4.jpg,étoile\n"));
        Assert.Equal($"Line 3 of {path} is not UTF-8 (byte 0xE9); save the file as UTF-8.",
            Assert.Throws<KedgeException>(() => DatasetReader.Open(path)).Message);
    }

    private ImageDataset Read(string csv) => DatasetReader.Open(_temp.Write("data.csv", csv));
}
