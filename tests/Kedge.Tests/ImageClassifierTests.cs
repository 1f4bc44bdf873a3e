using System.Text.Json;
using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Interpretation;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests;

public sealed class ImageClassifierTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts();
    private readonly ClipModel _clip = ClipModel.Load(PhotoFolder.Clip);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ImageDataset Dataset => DatasetReader.Open(_photos.Data);

    [Fact]
    public void A_saved_classifier_predicts_as_before()
    {
        using var fitted = Fit(new() { Method = new TipAdapter(new()), Shots = 3, Views = 2 });
        fitted.Save(_photos["x.kedge"]);
        using var loaded = ImageClassifier.Load(_photos["x.kedge"], _clip);
        var images = Dataset.Test.Select(image => image.Image).ToList();
        Assert.Equal(fitted.Predict(images, cancellation: Stop).Select(Describe),
            loaded.Predict(images, cancellation: Stop).Select(Describe));
        Assert.Equal((9, 3, 1), (loaded.Card.Support.Images, loaded.Card.Support.Shots, loaded.Card.Support.Seed));
        Assert.Equal((_clip.Name, _clip.Path), (loaded.Card.Model, loaded.Card.ModelPath));
    }

    [Fact]
    public void Probabilities_sum_to_one_and_fall()
    {
        using var classifier = Fit(new() { Method = new NearestClassMean(), Shots = null });
        var prediction = Assert.Single(classifier.Predict([Dataset.Test[0].Image], top: 99, cancellation: Stop));
        Assert.Equal(3, prediction.Classes.Count);
        Assert.Equal(1, prediction.Classes.Sum(c => c.Probability), precision: 5);
        Assert.Equal(prediction.Classes.OrderByDescending(c => c.Probability), prediction.Classes);
        Assert.Empty(classifier.Predict([], cancellation: Stop));
    }

    [Fact]
    public void Test_photos_are_never_read_by_a_fit()
    {
        foreach (var photo in Directory.EnumerateFiles(Path.Combine(_photos.Data, "test"), "*", SearchOption.AllDirectories))
            File.WriteAllText(photo, "no image");
        using var classifier = Fit(new() { Method = new NearestClassMean(), Shots = null });
        Assert.Equal(12, classifier.Card.Support.Images);
    }

    [Fact]
    public void A_method_without_support_reads_no_photo()
    {
        Directory.EnumerateFiles(_photos.Data, "*", SearchOption.AllDirectories).ToList().ForEach(photo => File.WriteAllText(photo, photo));
        using var classifier = Fit(new() { Method = new ZeroShot() });
        Assert.Equal(0, classifier.Card.Support.Images);
        Assert.Null(classifier.Card.Support.Shots);
    }

    [Fact]
    public void The_order_of_classes_in_the_data_does_not_matter()
    {
        using var classifier = Fit(new() { Method = new NearestClassMean(), Shots = null });
        string[] turned = [.. Dataset.ClassNames.Reverse()];
        var images = Dataset.Test.Select(image => image with { Label = turned.IndexOf(Dataset.ClassNames[image.Label]) }).ToList();
        Assert.Equal(classifier.Evaluate(Dataset.Test, cancellation: Stop).Confusion,
            classifier.Evaluate(images, turned, cancellation: Stop).Confusion);
        Assert.Equal(1, classifier.Evaluate(images, turned, cancellation: Stop).Top1);
    }

    [Fact]
    public void A_second_fit_encodes_nothing()
    {
        var encoded = new List<ExtractionProgress>();
        var work = new EncodingContext { Cache = new FeatureCache(_photos.Cache), Encoding = new Told(encoded) };
        for (var i = 0; i < 2; i++)
            Fit(new() { Method = new NearestClassMean(), Shots = 4 }, work).Dispose();
        Assert.Equal([12, 0], encoded.Select(progress => progress.Encoded));
    }

    [Fact]
    public void A_model_that_prepares_images_otherwise_is_refused()
    {
        using (var fitted = ImageClassifier.ZeroShot(_clip, ["cat", "dog"]))
            fitted.Save(_photos["x.kedge"]);
        using (var scope = NewDisposeScope())
        using (var file = SafetensorsFile.Open(_photos["x.kedge"]))
        {
            var otherwise = file.Metadata["classifier"].Replace("\"kernel\":\"Bicubic\"", "\"kernel\":\"Bilinear\"");
            SafetensorsWriter.Write(_photos["y.kedge"], file.Entries.Keys.ToDictionary(name => name, file.Read),
                new Dictionary<string, string>(file.Metadata)
                {
                    ["classifier"] = otherwise,
                });
        }
        var error = Assert.Throws<KedgeException>(() => ImageClassifier.Load(_photos["y.kedge"], _clip)).Message;
        Assert.StartsWith($"The classifier '{_photos["y.kedge"]}' was fitted on images prepared as {{\"resolution\":64,", error);
        Assert.EndsWith(": give the model the same settings, or fit again.", error);
        ImageClassifier.Load(_photos["x.kedge"], _clip).Dispose();
    }

    [Fact]
    public void Defaults_are_these()
    {
        var options = new ImageClassifierOptions();
        Assert.Equal("rtos+", options.Method.Name);
        Assert.Equal(
            """{"calibration":null,"createdBy":"Kedge","shots":16,"seed":1,"templates":[{"text":"a photo of a {}.","before":"a photo of a ","after":"."}],"views":1}""",
            JsonSerializer.Serialize(
                new { options.Calibration, options.CreatedBy, options.Shots, options.Seed, options.Templates, options.Views },
                JsonSerializerOptions.Web));
    }

    [Fact]
    public void No_tensor_outlives_the_classifier()
    {
        ImageClassifier.ZeroShot(_clip, ["cat", "dog"]).Dispose();
        _clip.EncodeImage(TorchSharp.torch.zeros(1, 3, 64, 64)).Dispose(); // packs the model's weights, which stay with it
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var classifier = Fit(new() { Method = new TipAdapter(new()), Shots = 1, Views = 2 }))
            classifier.Evaluate(Dataset.Test, cancellation: Stop);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        _clip.Dispose();
        _photos.Dispose();
    }

    private ImageClassifier Fit(ImageClassifierOptions options, EncodingContext? work = null) =>
        ImageClassifier.Fit(_clip, Dataset, options, work, Stop);

    private static string Describe(ImagePrediction prediction) => $"{prediction.Image.Name}: {string.Join(", ", prediction.Classes)}";

    private sealed class Told(List<ExtractionProgress> all) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => all.Add(value);
    }
}
