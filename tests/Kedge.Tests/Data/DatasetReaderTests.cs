using Kedge.Data;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data;

public sealed class DatasetReaderTests : IDisposable
{
    private readonly TemporaryFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_missing_path_says_what_is_expected() =>
        Fails(() => DatasetReader.Open(_temp["nowhere"]),
            $"There is no data set at {_temp["nowhere"]}; expected a folder, or a .zip, .csv or .json file.");

    [Fact]
    public void Another_kind_of_file_is_refused()
    {
        var path = _temp.Write("data.tar", "");
        Fails(() => DatasetReader.Open(path),
            $"The data set {path} is of no known kind; expected a folder, or a .zip, .csv or .json file.");
    }

    [Fact]
    public void Images_elsewhere_have_no_meaning_for_a_folder() =>
        Fails(() => DatasetReader.Open(_temp.Path, images: "there"), $"The data set {_temp.Path} brings its own images, " +
            "so that images elsewhere (there) have no meaning; leave them out (--images).");

    [Fact]
    public void A_few_shot_index_needs_a_split_file() =>
        Fails(() => DatasetReader.Open(_temp.Path, fewShotIndex: "shot_1-seed_1.json"), $"The data set {_temp.Path} is no split file, " +
            "and the few-shot index shot_1-seed_1.json needs one; give CoOp's split_zhou_*.json.");

    [Fact]
    public void A_missing_root_of_images_is_named()
    {
        var path = _temp.Write("data.csv", "path,label\n");
        Fails(() => DatasetReader.Open(path, images: _temp["nowhere"]),
            $"There is no folder or zip of images at {_temp["nowhere"]}; check the path.");
    }

    private static void Fails(Action open, string message) => Assert.Equal(message, Assert.Throws<KedgeException>(open).Message);
}
