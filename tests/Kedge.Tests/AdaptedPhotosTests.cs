using System.Text.Json;
using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Data;
using Kedge.Evaluation;
using Kedge.Experiments;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Tests.Support;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Tests;

/// <summary>
/// Towers adapted to photos, from the fit to the file, the prediction and the comparison; with a ViT and with a ResNet.
/// </summary>
public sealed class AdaptedPhotosTests : IDisposable
{
    private const double Tolerance = 1e-4; // of probabilities, from logits up to 100 of features in batches of other sizes
    private static readonly string[] Models = [PhotoFolder.Clip, TestData.Small("clip-rn", "openai.fp16.safetensors")];

    private readonly PhotoFolder _photos = PhotoFolder.WithParts();

    public static TheoryData<string> Clips => [.. Models];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ImageDataset Dataset => DatasetReader.Open(_photos.Data);

    private ImageFile[] Test => [.. Dataset.Test.Select(image => image.Image)];

    [Theory, MemberData(nameof(Clips))]
    public void Photos_are_classified_by_the_adapted_towers_also_after_reading_and_beside_a_cache(string model)
    {
        using var clip = ClipModel.Load(model);
        using var fitted = Fit(clip, """{"steps":20,"learningRate":0.01}""");
        using var scope = NewDisposeScope();
        using var merged = clip.With(fitted.Classifier.Update!);
        var features = merged.EncodeImage(clip.Preprocessing.ToTensor([.. Test.Select(image => clip.Preprocessing.Crop(image))]));
        var expected = nn.functional.softmax(fitted.Classifier.Logits(features), 1).data<float>().ToArray();
        Same(expected, Probabilities(fitted));

        fitted.Save(_photos["x.kedge"]);
        using var loaded = ImageClassifier.Load(_photos["x.kedge"], clip);
        Same(expected, Probabilities(loaded));

        var work = new EncodingContext { Cache = new FeatureCache(_photos.Cache) };
        using var plain = ImageClassifier.ZeroShot(clip, Dataset.ClassNames);
        var unadapted = Probabilities(plain, work); // fills the cache with features of the towers as they were
        Same(expected, Probabilities(loaded, work));
        Same(unadapted, Probabilities(plain, work));
        Assert.True(unadapted.Zip(expected, (a, b) => Math.Abs(a - b)).Max() > 100 * Tolerance);
    }

    [Theory, MemberData(nameof(Clips))]
    public void The_loss_falls_and_class_features_are_those_of_the_adapted_text_tower(string model)
    {
        using var clip = ClipModel.Load(model);
        var losses = new List<double>();
        using var fitted = Fit(clip, """{"steps":30,"learningRate":0.01,"dropout":0}""", new() { Fitting = new Told(losses) });
        Assert.Equal(30, losses.Count);
        Assert.True(losses.TakeLast(6).Average() < losses.Take(6).Average(), string.Join(" ", losses));
        using var merged = clip.With(fitted.Classifier.Update!);
        using var expected = merged.ClassFeatures(Dataset.ClassNames, [PromptTemplates.Default]);
        using var difference = (expected - ((ClipLoraClassifier)fitted.Classifier).Weight).abs().max();
        Assert.InRange(difference.item<float>(), 0, 1e-5);
    }

    [Theory, MemberData(nameof(Clips))]
    public void Views_are_those_that_the_tasks_features_are_of_in_whatever_order(string model)
    {
        using var clip = ClipModel.Load(model);
        using var scope = NewDisposeScope();
        var task = new TaskEncoder(clip)
            .EncodeTask(Dataset, FeatureKinds.Image, new() { Shots = null, Views = 3, Seed = 4 }, Stop).Task;
        using var towers =
            task.AtRows(tensor(new long[] { 5, 0, 9, 2 })).Encoder!.Images!.Adapt(new(new Dictionary<string, WeightUpdate>()));
        using var still = no_grad();
        for (var view = 0; view < 3; view++)
        {
            var expected = task.Support.Features[view].index_select(0, tensor(new long[] { 2, 5 }));
            Assert.InRange((expected - towers.EncodeSupport(view, [3, 0])).abs().max().item<float>(), 0, 2e-5); // batches of other sizes
        }
    }

    [Theory, MemberData(nameof(Clips))]
    public void A_comparison_encodes_queries_by_the_adapted_towers(string model)
    {
        using var clip = ClipModel.Load(model);
        using var tasks =
            ComparisonTasks.Encode(clip, [SupportDraws.Sample(Dataset, [2], [1])], [PromptTemplates.Default], cancellation: Stop);
        var methods = MethodVariant.ParseList("zero-shot,clip-lora[steps=0],clip-lora[steps=8;learningRate=0.01]", MethodCatalog.Default);
        using var log = ComparisonLog.Open(_photos["log"]);
        var rows = new Comparison(methods, tasks.Tasks).Run(log, cancellation: Stop);
        Assert.All(rows, row => Assert.Null(row.Error));
        Assert.Equal(rows[0].Accuracy, rows[1].Accuracy);
        using var scope = NewDisposeScope();
        using var classifier = methods[2].Method.Fit(tasks.Tasks[0].Task, null, Stop);
        using var merged = clip.With(classifier.Update!);
        var expected = merged.EncodeImage(clip.Preprocessing.ToTensor([.. Test.Select(image => clip.Preprocessing.Crop(image))]));
        // batches of other sizes
        Assert.InRange((expected - tasks.Tasks[0].Query.Reencode!(classifier.Update!, Stop)).abs().max().item<float>(), 0, 2e-5);
        Assert.Equal(100 * EvaluationResult
            .Compute(classifier.Logits(expected), [.. Dataset.Test.Select(image => image.Label)], Dataset.ClassNames).Top1,
                rows[2].Accuracy);
    }

    [Theory, MemberData(nameof(Clips))]
    public void Nothing_learned_is_zero_shot_bit_for_bit(string model)
    {
        using var clip = ClipModel.Load(model);
        using var zeroShot = ImageClassifier.ZeroShot(clip, Dataset.ClassNames);
        foreach (var options in new[] { """{"steps":0}""", """{"rank":0}""" })
        {
            using var fitted = Fit(clip, options);
            Assert.Equal(Probabilities(zeroShot), Probabilities(fitted));
        }
    }

    [Theory, MemberData(nameof(Clips))]
    public void No_tensor_outlives_the_classifier(string model)
    {
        using var clip = ClipModel.Load(model);
        Fit(clip, """{"steps":2}""").Dispose();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var classifier = Fit(clip, """{"steps":2}"""))
            classifier.Evaluate(Dataset.Test, cancellation: Stop);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose() => _photos.Dispose();

    private ImageClassifier Fit(ClipModel clip, string options, EncodingContext? work = null) => ImageClassifier.Fit(
        clip, Dataset, new() { Method = ClipLora(options), Shots = 3, Views = 2 }, work, Stop);

    private static FewShotMethod ClipLora(string options) =>
        MethodCatalog.Default.Create("clip-lora", JsonSerializer.Deserialize<JsonElement>(options));

    private float[] Probabilities(ImageClassifier classifier, EncodingContext? work = null) =>
        [.. classifier.Predict(Test, context: work, cancellation: Stop)
            .SelectMany(prediction => prediction.Classes.OrderBy(found => Dataset.ClassNames.ToList().IndexOf(found.ClassName))
                .Select(found => (float)found.Probability))];

    private static void Same(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, Tolerance);
    }

    private sealed class Told(List<double> losses) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => losses.Add(value.Loss!.Value);
    }
}
