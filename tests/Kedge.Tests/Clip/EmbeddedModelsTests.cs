using Kedge.Checkpoints;
using Kedge.Cli.Demo;
using Kedge.Clip;
using Kedge.Data;
using Kedge.Data.Captions;
using Kedge.Data.Scenes;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Tensors;
using Kedge.Tests.Support;
using TorchSharp;

namespace Kedge.Tests.Clip;

/// <summary>
/// The models of the package do what their cards say; the figures asked for are below those of the cards.
/// </summary>
public sealed class EmbeddedModelsTests
{
    private const long MostBytes = 20_000_000;

    public static TheoryData<string> Names { get; } = [EmbeddedModels.Mini, EmbeddedModels.Scenes];

    [Theory, MemberData(nameof(Names))]
    public void A_model_is_small_half_precision_and_of_the_architecture_that_its_card_names(string name)
    {
        var weights = Path.Combine(TestData.Folder, "..", "..", "..", "src", "Kedge", "Clip", "Models", $"{name}.safetensors");
        Assert.True(new FileInfo(weights).Length <= MostBytes);
        using (var file = SafetensorsFile.Open(weights))
            Assert.All(file.Entries.Values, entry => Assert.Equal(torch.ScalarType.Float16, entry.Type));
        using var clip = ClipModel.Load(name);
        Assert.Equal(CheckpointLayout.OpenAI, clip.Layout);
        var card = Path.Combine(TestData.Folder, "..", "..", "..", "docs", "models", $"{name}.arch.json");
        Assert.Equal(ArchitectureFile.Write(ArchitectureFile.Read(card)), ArchitectureFile.Write(clip.Configuration));
    }

    [Fact]
    public void Kedge_mini_scenes_names_nine_of_ten_combinations_that_it_never_saw()
    {
        var generator = new SceneGenerator(SceneSplit.HeldOutCombinations, seed: 2_000_000);
        LabelledImage[] images = [.. Enumerable.Range(0, 2 * generator.ClassNames.Count)
            .Select(i => new LabelledImage(new MemoryImageFile($"{i}.png", ImageEncoder.Png(generator.Draw(i).Image)),
                i % generator.ClassNames.Count))];
        using var clip = ClipModel.Load(EmbeddedModels.Scenes);
        using var classifier = ImageClassifier.ZeroShot(clip, generator.ClassNames);
        var top1 = classifier.Evaluate(images, generator.ClassNames, cancellation: TestContext.Current.CancellationToken).Top1;
        Assert.True(top1 >= 0.9, $"{top1:0.0 %} of {images.Length} drawings of {generator.ClassNames.Count} combinations are right.");
    }

    [Fact]
    public void Rtos_learns_shapes_that_kedge_mini_scenes_never_saw()
    {
        using var scratch = new TemporaryFolder();
        var drawings = ShapesDemo.Draw(scratch.Path, TestContext.Current.CancellationToken);
        using var clip = ClipModel.Load(EmbeddedModels.Scenes);
        using var classifier = ImageClassifier.Fit(clip, drawings, new() { Method = new Rtos(new()), Shots = 16 },
            cancellation: TestContext.Current.CancellationToken);
        var top1 = classifier.Evaluate(drawings.Test, drawings.ClassNames, cancellation: TestContext.Current.CancellationToken).Top1;
        Assert.True(top1 >= 0.6, $"{top1:0.0 %} of {drawings.Test.Count} drawings of {drawings.ClassNames.Count} shapes are right.");
    }

    [Fact]
    public void Kedge_mini_names_three_of_ten_photos_of_200_classes()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        var photos = DatasetReader.Open(SharedData.Get("data", "tiny-imagenet-200x200.zip"));
        var names = new DescribedDataset(photos, ClassDescription.ReadAll(SharedData.Get("data", "tiny-imagenet-classes.json"))).Names;
        using var clip = ClipModel.Load(EmbeddedModels.Mini);
        using var classifier = ImageClassifier.ZeroShot(clip, names);
        var top1 = classifier.Evaluate(photos.Validation, names, cancellation: TestContext.Current.CancellationToken).Top1;
        Assert.True(top1 >= 0.3, $"{top1:0.0 %} of {photos.Validation.Count} validation photos are right.");
    }
}
