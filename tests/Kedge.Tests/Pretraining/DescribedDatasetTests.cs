using Kedge.Pretraining;
using Kedge.Tasks;
using Kedge.Tests.Imaging;

namespace Kedge.Tests.Pretraining;

public class DescribedDatasetTests
{
    private static readonly Dictionary<string, ClassDescription> Descriptions = new()
    {
        ["n1"] = new(["crane"], ["bird"], "a wader"),
        ["n2"] = new(["crane", "derrick"], ["machine"], "lifts things"),
    };

    [Fact]
    public void Every_training_image_has_its_classs_captions_and_group()
    {
        var pairs = new DescribedDataset(Dataset("n1", "n2"), Descriptions).Pairs();
        Assert.Equal([0, 1, 1], pairs.Select(pair => pair.Group));
        Assert.Equal(["0", "1", "2"], pairs.Select(pair => pair.Image.Name));
        Assert.Equal(Descriptions["n1"].Captions(), pairs[0].Captions);
        Assert.Equal(Descriptions["n2"].Captions(), pairs[2].Captions);
    }

    [Fact]
    public void A_name_that_another_class_has_is_passed_over() => Assert.Equal(["crane", "derrick"], new DescribedDataset(Dataset("n1", "n2"), Descriptions).Names);

    [Fact]
    public void A_class_without_a_description_is_named()
    {
        var error = Assert.Throws<KedgeException>(() => new DescribedDataset(Dataset("n1", "n3"), Descriptions));
        Assert.Equal("Of the 2 classes of birds, 1 have no description, 'n3' first: add them to the descriptions, or take the classes away.", error.Message);
    }

    private static ImageDataset Dataset(params string[] ids) =>
        new("birds", ids, [.. new[] { 0, 1, 1 }.Select((label, i) => new LabelledImage(new MemoryImageFile($"{i}", []), label))], [], []);
}
