using Kedge.Clip;
using Kedge.Data;
using Kedge.Methods;
using Kedge.Models;
using Kedge.Tests.Support;

namespace Kedge.Tests.Clip;

/// <summary>The model in the package of its own; the figures asked for are below those of its card.</summary>
public class BaseModelTests
{
    private const long MostBytes = 64 << 20;

    private static readonly string Root = Path.Combine(TestData.Folder, "..", "..", "..");

    [Fact]
    public void Kedge_base_is_small_and_of_the_architecture_that_its_card_names()
    {
        Assert.InRange(new FileInfo(Path.Combine(Root, "src", "Kedge.Models.Base", "kedge-base.safetensors")).Length, 1, MostBytes);
        using var clip = BaseModel.Load();
        Assert.Equal((BaseModel.Name, EmbeddedModels.Default, 512, 49), (clip.Name, BaseModel.Name, clip.FeatureWidth, clip.Patches));
        var card = Path.Combine(Root, "docs", "models", "kedge-base.arch.json");
        Assert.Equal(ArchitectureFile.Write(ArchitectureFile.Read(card)), ArchitectureFile.Write(clip.Configuration));
    }

    [Fact]
    public void Its_assembly_has_the_name_that_the_library_looks_for() =>
        Assert.Equal(EmbeddedModels.DefaultPackage, typeof(BaseModel).Assembly.GetName().Name);

    [Fact]
    public void Without_its_package_a_sentence_names_it() => Assert.Equal(
        "The model kedge-base is in the package Kedge.Models.None, which this program does not bring: add it " +
            "(dotnet add package Kedge.Models.None), or name another model (kedge-mini, kedge-mini-scenes, or the path of a checkpoint).",
        Assert.Throws<KedgeException>(() => EmbeddedModels.OpenPackage("kedge-base", "Kedge.Models.None")).Message);

    /// <summary>Text and images meet in one space, whose mean is the one that is shipped.</summary>
    [Fact]
    public void The_mean_of_the_joint_space_is_at_hand()
    {
        using var clip = BaseModel.Load();
        Assert.Equal([clip.FeatureWidth], clip.Network.joint_mean!.shape);
        Assert.InRange(clip.Network.joint_mean.norm().item<float>(), 0.1, 1); // a mean of unit features
    }

    [Fact]
    public void It_names_two_of_five_photos_of_classes_that_it_was_not_trained_on()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var photos = DatasetReader.Open(SharedData.Get("data", "caltech101-128px.zip"));
        using var clip = BaseModel.Load();
        using var classifier = ImageClassifier.ZeroShot(clip, photos.ClassNames);
        AssertRight(classifier, OfEachClass(photos.Train, 2), photos.ClassNames, least: 0.4);
    }

    [Fact]
    public void It_learns_clothes_from_four_photos_of_each()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var photos = DatasetReader.Open(SharedData.Get("data", "clothing-112px.zip"));
        using var clip = BaseModel.Load();
        using var classifier = ImageClassifier.Fit(clip, photos, new() { Method = new NearestClassMean(), Shots = 4 },
            cancellation: TestContext.Current.CancellationToken);
        AssertRight(classifier, OfEachClass(photos.Test, 10), photos.ClassNames, least: 0.35);
    }

    private static LabelledImage[] OfEachClass(IEnumerable<LabelledImage> images, int count) =>
        [.. images.GroupBy(image => image.Label).SelectMany(group => group.Take(count))];

    private static void AssertRight(ImageClassifier classifier, LabelledImage[] images, IReadOnlyList<string> names, double least)
    {
        var top1 = classifier.Evaluate(images, names, cancellation: TestContext.Current.CancellationToken).Top1;
        Assert.True(top1 >= least, $"{top1:0.0 %} of {images.Length} photos are right.");
    }
}
