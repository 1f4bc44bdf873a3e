using Kedge.Data;
using Kedge.Data.Captions;
using Kedge.Tests.Support;

namespace Kedge.Tests.Data.Captions;

public class DescribedDatasetTests
{
    private static readonly Dictionary<string, ClassDescription> Descriptions = new()
    {
        ["n1"] = new(["crane"], ["bird"], "a large bird"),
        ["n2"] = new(["crane", "hoist"], ["machine"], "a machine that lifts"),
        ["n3"] = new(["hoist", "crane"], ["machine"], "another one"),
    };

    [Fact]
    public void A_class_takes_its_first_name_that_is_still_free() =>
        Assert.Equal(["crane", "hoist"], new DescribedDataset(Dataset("n1", "n2"), Descriptions).Names);

    [Fact]
    public void A_class_without_a_free_name_is_refused()
    {
        var error = Assert.Throws<KedgeException>(() => new DescribedDataset(Dataset("n1", "n2", "n3"), Descriptions).Names);
        Assert.Equal("The class n3 of things has no name that no class before it has: give it another in the descriptions.", error.Message);
    }

    [Fact]
    public void Classes_without_description_are_counted()
    {
        var error = Assert.Throws<KedgeException>(() => new DescribedDataset(Dataset("n1", "n7", "n8"), Descriptions));
        Assert.Equal("Of the 3 classes of things, 2 have no description, 'n7' first: add them to the descriptions, " +
            "or take the classes away.", error.Message);
    }

    [Fact]
    public void Pairs_are_the_training_images_with_their_classes_captions_and_groups()
    {
        var pairs = new DescribedDataset(Dataset("n1", "n2"), Descriptions).Pairs();
        Assert.Equal(["train/n1", "train/n2"], pairs.Select(pair => pair.Image.Name));
        Assert.Equal([0, 1], pairs.Select(pair => pair.Group));
        Assert.Equal([Descriptions["n1"].Captions(), Descriptions["n2"].Captions()], pairs.Select(pair => pair.Captions));
    }

    private static ImageDataset Dataset(params string[] ids)
    {
        LabelledImage[] Part(string part) =>
            [.. ids.Select((id, label) => new LabelledImage(new MemoryImageFile($"{part}/{id}", []), label))];
        return new("things", ids, Part("train"), Part("val"), []);
    }
}
