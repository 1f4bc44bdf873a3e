using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class PartFoldersTests : IDisposable
{
    private const string Expected =
        "expected either a folder a class, or folders of parts alone (train, val, valid, validation, dev, test)";

    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("Training", "Test")]
    [InlineData("training", "testing")]
    [InlineData("TRAIN", "TEST")]
    [InlineData("train_set", "test_set")]
    [InlineData("training-set", "test-set")]
    [InlineData("Train Data", "Test Data")]
    [InlineData("TrainImages", "TestImages")]
    [InlineData("trainset", "testset")]
    [InlineData("seg_train", "seg_test")]
    [InlineData("asl_alphabet_train", "asl_alphabet_test")]
    [InlineData("train2017", "test2017")]
    [InlineData("dataset-train", "dataset-test")]
    public void Words_for_parts_are_read_as_parts(string train, string test)
    {
        string[] files = [$"{train}/a/1.jpg", $"{train}/b/2.jpg", $"{test}/a/3.jpg", $"{test}/b/4.jpg"];
        using var folder = new TemporaryFolder().With(files);
        foreach (var path in new[] { folder.Path, _temp.Zip("p.zip", files) })
        {
            var dataset = DatasetReader.Open(path);
            Assert.Equal(["a", "b"], dataset.ClassNames);
            Assert.Equal((2, 0, 2), (dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count));
        }
    }

    [Theory]
    [InlineData("val")]
    [InlineData("Dev")]
    [InlineData("valid_set")]
    [InlineData("VALIDATION")]
    [InlineData("eval")]
    public void Words_for_validation_are_read_as_validation(string word)
    {
        var csv = _temp.With("1.jpg", "2.jpg", "3.jpg")
            .Write("data.csv", $"path,label,split\n1.jpg,a,Training\n2.jpg,b,train set\n3.jpg,b,{word}\n");
        Assert.Single(DatasetReader.Open(csv).Validation);
        var json = _temp.Write("split.json", $$"""
            {"training": [["1.jpg", 0, "a"], ["2.jpg", 1, "b"]], "{{word}}": [["3.jpg", 1, "b"]], "Test": []}
            """);
        Assert.Single(DatasetReader.Open(json).Validation);
        Assert.Single(DatasetReader.Open(_temp.With($"p/train/a/1.jpg", "p/train/b/2.jpg", $"p/{word}/a/3.jpg")["p"]).Validation);
    }

    [Fact]
    public void A_part_may_hold_a_folder_of_its_name_again_and_photos_without_labels_are_left_out()
    {
        var dataset = DatasetReader.Open(_temp.With("seg_train/seg_train/sea/1.jpg", "seg_train/seg_train/wood/2.jpg",
            "seg_test/seg_test/sea/3.jpg", "seg_pred/seg_pred/4.jpg", "seg_pred/seg_pred/5.jpg").Path);
        Assert.Equal(["sea", "wood"], dataset.ClassNames);
        Assert.Equal((2, 1), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal([$"The 2 images in 'seg_pred' of {_temp.Path} are for neither training, validation nor test by the folder's name, " +
            "and are left out."], dataset.Notes);
    }

    [Theory]
    [InlineData("bullet_train", "freight_train")]
    [InlineData("bus", "train")]
    [InlineData("prediction", "cat")]
    [InlineData("dev board", "cat")]
    public void Classes_may_have_such_words(string one, string other) =>
        Assert.Equal([one, other], DatasetReader.Open(_temp.With($"{one}/1.jpg", $"{other}/2.jpg").Path).ClassNames
            .OrderBy(name => name == other));

    [Theory]
    [InlineData("cat/1.jpg", "test/2.jpg", "test", "cat")]
    [InlineData("cat/1.jpg", "train/cat/2.jpg", "train", "cat")]
    [InlineData("cat_test/1.jpg", "cat_train/2.jpg", "cat_test", "cat_train")]
    [InlineData("rps/paper/1.jpg", "rps-test-set/paper/2.jpg", "rps-test-set", "rps")]
    [InlineData("horse-or-human/horse/1.jpg", "validation-horse-or-human/horse/2.jpg", "validation-horse-or-human", "horse-or-human")]
    public void Where_in_doubt_it_asks(string one, string other, string part, string sibling) =>
        Fails(_temp.With(one, other, "dog_train/3.jpg"),
            $"{_temp.Path} has the folders '{part}' and '{sibling}', and '{part}' may be a part or a class; " +
            $"{Expected}: say what they are (--folders parts or --folders classes), or move or rename one.");

    [Theory]
    [InlineData(new[] { "cat/1.jpg", "test/2.jpg" }, new[] { "cat", "test" })]
    [InlineData(new[] { "train/1.jpg", "test/2.jpg", "extra/3.jpg" }, new[] { "extra", "test", "train" })]
    [InlineData(new[] { "cat_train/1.jpg", "cat_test/2.jpg" }, new[] { "cat_test", "cat_train" })]
    public void Where_the_user_says_so_they_are_classes(string[] files, string[] classes)
    {
        using var folder = new TemporaryFolder().With(files);
        foreach (var path in new[] { folder.Path, _temp.Zip("p.zip", files) })
            Assert.Equal(classes, DatasetReader.Open(path, hasParts: false).ClassNames);
    }

    [Theory]
    [InlineData("rps", "rps-test-set")]
    [InlineData("horse-or-human", "test-horse-or-human")]
    [InlineData("cat_train", "cat_test")]
    public void Where_the_user_says_so_they_are_parts(string train, string test)
    {
        var zip = _temp.Zip("p.zip", $"{train}/a/1.jpg", $"{train}/b/2.jpg", $"{test}/a/3.jpg");
        var dataset = DatasetReader.Open(zip, hasParts: true);
        Assert.Equal(["a", "b"], dataset.ClassNames);
        Assert.Equal((2, 1), (dataset.Train.Count, dataset.Test.Count));
    }

    [Fact]
    public void Beside_stated_parts_other_folders_are_left_out_with_a_note_and_one_must_be_for_training()
    {
        var zip = _temp.Zip("p.zip", "train/a/1.jpg", "train/b/2.jpg", "test/a/3.jpg", "extra/4.jpg");
        var dataset = DatasetReader.Open(zip, hasParts: true);
        Assert.Equal((2, 1), (dataset.Train.Count, dataset.Test.Count));
        Assert.Equal([$"The 1 images in 'extra' of {zip} are for neither training, validation nor test by the folder's name, " +
            "and are left out."], dataset.Notes);
        zip = _temp.Zip("q.zip", "cat/1.jpg", "dog/2.jpg", "test/3.jpg");
        Assert.Equal($"{zip} has no folder named as the training part, which 'cat' or 'dog' may be; expected one folder a part " +
            "(train, val, valid, validation, dev, test): rename it, or leave --folders parts away.",
            Assert.Throws<KedgeException>(() => DatasetReader.Open(zip, hasParts: true)).Message);
    }

    [Fact]
    public void What_folders_are_has_no_meaning_for_a_list()
    {
        var csv = _temp.With("1.jpg", "2.jpg").Write("data.csv", "path,label\n1.jpg,a\n2.jpg,b\n");
        Assert.Equal($"The data set {csv} states the part of each image itself, so that what folders are has no meaning; " +
            "leave it out (--folders).", Assert.Throws<KedgeException>(() => DatasetReader.Open(csv, hasParts: false)).Message);
    }

    [Fact]
    public void Two_folders_of_one_part_are_refused() =>
        Fails(_temp.With("train/a/1.jpg", "train/b/2.jpg", "val/a/3.jpg", "dev/a/4.jpg"),
            $"{_temp.Path} has the folders 'dev' and 'val', which are both named as one part; " +
            "expected one folder a part: put them together, or move one away.");

    [Fact]
    public void Parts_below_classes_are_refused() =>
        Fails(_temp.With("cat/train/1.jpg", "cat/test/2.jpg", "dog/train/3.jpg"),
            $"{_temp.Path} has the parts 'test' and 'train' in the folder 'cat'; " +
            "expected parts with a folder a class in each: lay its photos out as test/cat/….");

    [Fact]
    public void A_photo_beside_the_parts_is_named() =>
        Fails(_temp.With("train/a/1.jpg", "train/b/2.jpg", "3.jpg"),
            $"The image 3.jpg in {_temp.Path} lies in no class's folder; move it into the folder of its class, or away.");

    private static void Fails(TemporaryFolder folder, string message) =>
        Assert.Equal(message, Assert.Throws<KedgeException>(() => DatasetReader.Open(folder.Path)).Message);
}
