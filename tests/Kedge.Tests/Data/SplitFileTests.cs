using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class SplitFileTests : IDisposable
{
    private const string Split = """
        {"train": [["B/1.jpg", 0, "bee"], ["A/2.jpg", 1, "an_ant"], ["B/3.jpg", 0, "bee"], ["A/4.jpg", 1, "an_ant"]],
         "val": [["B/5.jpg", 0, "bee"], ["A/6.jpg", 1, "an_ant"]], "test": [["A/7.jpg", 1, "an_ant"]]}
        """;

    private const string Index = """
        {"train": {"data": [{"impath": "./data/bugs/B/3.jpg", "label": 0, "classname": "bee"}, {"impath": "./data/bugs/A/2.jpg", "label": 1, "classname": "an_ant"}], "indices": [2, 1]},
         "val": {"data": [{"impath": "A/6.jpg", "label": 1, "classname": "an_ant"}], "indices": [1]}}
        """;

    private readonly TemporaryFolder _temp = new TemporaryFolder()
        .With("B/1.jpg", "A/2.jpg", "B/3.jpg", "A/4.jpg", "B/5.jpg", "A/6.jpg", "A/7.jpg");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Rows_keep_their_order_and_labels_their_names()
    {
        var dataset = DatasetReader.Open(_temp.Write("split_zhou_Bugs.json", Split));
        Assert.Equal(["bee", "an_ant"], dataset.ClassNames);
        Assert.Equal([(_temp["B/1.jpg"], 0), (_temp["A/2.jpg"], 1), (_temp["B/3.jpg"], 0), (_temp["A/4.jpg"], 1)],
            dataset.Train.Select(image => (image.Image.Name, image.Label)));
        Assert.Equal([_temp["B/5.jpg"], _temp["A/6.jpg"]], dataset.Validation.Select(image => image.Image.Name));
        Assert.Equal([_temp["A/7.jpg"]], dataset.Test.Select(image => image.Image.Name));
    }

    [Fact]
    public void An_index_file_picks_the_training_and_validation_images()
    {
        var dataset = DatasetReader.Open(_temp.Write("split.json", Split), fewShotIndex: _temp.Write("shot_1.json", Index));
        Assert.Equal([(_temp["B/3.jpg"], 0), (_temp["A/2.jpg"], 1)], dataset.Train.Select(image => (image.Image.Name, image.Label)));
        Assert.Equal([_temp["A/6.jpg"]], dataset.Validation.Select(image => image.Image.Name));
        Assert.Equal([_temp["A/7.jpg"]], dataset.Test.Select(image => image.Image.Name));
    }

    [Fact]
    public void Labels_of_one_name_are_classes_of_their_own()
    {
        var dataset = DatasetReader.Open(_temp.Write("split.json", Split.Replace("an_ant", "bee", StringComparison.Ordinal)));
        Assert.Equal(["bee (0)", "bee (1)"], dataset.ClassNames);
        Assert.Equal(["bee", "bee"], dataset.PromptNames);
        Assert.Equal(["0", "1"], dataset.ClassIds);
    }

    [Fact]
    public void A_byte_order_mark_and_backslashes_are_read()
    {
        string Windows(string json) => "\ufeff" + json.Replace("/", "\\\\", StringComparison.Ordinal);
        var dataset = DatasetReader.Open(
            _temp.Write("split.json", Windows(Split)), fewShotIndex: _temp.Write("shot_1.json", Windows(Index)));
        Assert.Equal([_temp["B/3.jpg"], _temp["A/2.jpg"]], dataset.Train.Select(image => image.Image.Name));
    }

    [Theory]
    [InlineData("3.jpg", "9.jpg", 0)]
    [InlineData("\"label\": 0", "\"label\": 1", 1)]
    public void An_index_for_another_split_is_refused(string part, string changed, int label)
    {
        var (split, index) =
            (_temp.Write("split.json", Split), _temp.Write("shot_1.json", Index.Replace(part, changed, StringComparison.Ordinal)));
        var error = Assert.Throws<KedgeException>(() => DatasetReader.Open(split, fewShotIndex: index));
        var image = label == 0 ? "./data/bugs/B/9.jpg" : "./data/bugs/B/3.jpg";
        Assert.Equal($"The few-shot index {index} picks {image} with the label {label}, and the part train of {split} has no such row; " +
            "take the index that was made for this split.", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"train\": []}")]
    [InlineData("{\"train\": [[\"a.jpg\", 0]], \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": null, \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": [null], \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": [[\"a.jpg\", null, \"a\"]], \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": [[\"a.jpg\", 0, null]], \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": [[null, 0, \"a\"]], \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": [[\"a.jpg\", \"0\", \"a\"]], \"val\": [], \"test\": []}")]
    [InlineData("{\"train\": [[\"a.jpg\", 1e30, \"a\"]], \"val\": [], \"test\": []}")]
    public void A_file_of_another_shape_is_refused(string json)
    {
        var path = _temp.Write("split.json", json);
        var error = Assert.Throws<KedgeException>(() => DatasetReader.Open(path));
        Assert.Equal($"The file {path} is not what was expected, a split file with train, val and test, rows of [path, label, " +
            "class name]; take an undamaged copy, or another file.", error.Message);
    }

    [Theory]
    [InlineData("\"B/1.jpg\", 0", "\"B/1.jpg\", 9", "The split file {0} gives B/1.jpg the label 9, which is out of range: " +
        "the file has 3 different labels, so expected 0 to 2; number the classes from 0 without gaps.")]
    [InlineData("0, \"bee\"], [\"A/2", "0, \"wasp\"], [\"A/2",
        "The split file {0} calls the label 0 both 'wasp' and 'bee'; expected one name for each label.")]
    [InlineData("A/7.jpg", "A/2.jpg", "{0} has the image {1} twice (parts: Train, Test); expected every image once: " +
        "take one of them away.")]
    public void Contradictions_are_explained(string part, string changed, string message)
    {
        var path = _temp.Write("split.json", Split.Replace(part, changed, StringComparison.Ordinal));
        Assert.Equal(string.Format(null, message, path, _temp["A/2.jpg"]),
            Assert.Throws<KedgeException>(() => DatasetReader.Open(path)).Message);
    }

    [Fact]
    public void Caltechs_split_and_index_files_fit_its_photos()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var (split, photos) = (SharedData.Get("protocol", "split_zhou_Caltech101.json"), SharedData.Get("data", "caltech101-128px.zip"));
        var whole = DatasetReader.Open(split, photos);
        Assert.Equal((100, 4128, 1649, 2465), (whole.ClassNames.Count, whole.Train.Count, whole.Validation.Count, whole.Test.Count));
        foreach (var shots in new[] { 1, 2, 4, 8, 16 })
        {
            foreach (var seed in new[] { 1, 2, 3 })
            {
                var picked = DatasetReader.Open(split, photos, SharedData.Get("protocol", "caltech101", $"shot_{shots}-seed_{seed}.json"));
                Assert.Equal((100 * shots, 100 * Math.Min(shots, 4), 2465),
                    (picked.Train.Count, picked.Validation.Count, picked.Test.Count));
            }
        }
    }
}
