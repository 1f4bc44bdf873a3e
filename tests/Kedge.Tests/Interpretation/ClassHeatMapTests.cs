using Kedge.Clip;
using Kedge.Data;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Interpretation;
using Kedge.Methods;
using Kedge.Tests.Support;

namespace Kedge.Tests.Interpretation;

/// <summary>Every classifier has a heat map, in towers of all kinds.</summary>
public sealed class ClassHeatMapTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts(photos: 2);

    private ImageFile Photo => ImageFile.OnDisk(Path.Combine(_photos.Data, "test", "leaf", "0.png"));

    public static TheoryData<string> Names => [.. MethodCatalog.Default.Names];

    [Theory, MemberData(nameof(Names))]
    public void Every_method_has_one_whose_shares_sum_to_one_or_are_nothing(string name)
    {
        using var clip = ClipModel.Load(PhotoFolder.Clip);
        using var classifier = Fit(clip, Quick(name));
        using var encoder = classifier.Classifier.Update is { } update ? clip.With(update) : null;
        var map = ClassHeatMap.Compute(encoder ?? clip, classifier.Classifier, Photo, classifier.ClassNames[1]);
        Assert.Equal((4, 4), (map.Rows, map.Columns));
        Assert.All(map.Shares, share => Assert.InRange(share, 0, 1));
        Assert.Equal(map.Shares.Any(share => share > 0) ? 1 : 0, map.Shares.Sum(), 1e-9); // one head may have nothing positive
    }

    [Theory, InlineData("plot"), InlineData("zero-shot")]
    public void Poolings_have_one_too(string name)
    {
        using var clip = ClipModel.Load(TestData.Small("clip-rn", "openai.fp16.safetensors"));
        using var classifier = Fit(clip, Quick(name));
        Assert.Equal(4, ClassHeatMap.Compute(clip, classifier.Classifier, Photo, classifier.ClassNames[0]).Shares.Count);
    }

    [Fact]
    public void Of_zero_shot_it_is_the_relevance_of_the_class_prompt()
    {
        using var clip = ClipModel.Load(PhotoFolder.Clip);
        using var classifier = ImageClassifier.ZeroShot(clip, ["leaf", "apple"], [new("{}")]);
        var map = ClassHeatMap.Compute(clip, classifier.Classifier, Photo, "leaf");
        var pair = ClipRelevance.Explain(clip, Photo, "leaf");
        Assert.All(map.Shares.Zip(pair.Patches.Shares), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    public void Dispose() => _photos.Dispose();

    private ImageClassifier Fit(ClipModel clip, FewShotMethod method) =>
        ImageClassifier.Fit(clip, DatasetReader.Open(_photos.Data), new() { Method = method, Shots = 1 });

    private static FewShotMethod Quick(string name) => name switch
    {
        "clip-lora" => new ClipLora(new() { Steps = 2 }),
        "coop" => new CoOp(new() { Epochs = 1 }),
        "ntlb" => new Ntlb(new() { Epochs = 1 }),
        "plot" => new Plot(new() { Epochs = 1 }),
        _ => MethodCatalog.Default.Create(name),
    };
}
