using Kedge.Clip;
using Kedge.Data;
using Kedge.Features;
using Kedge.Methods;
using Kedge.Tasks;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests;

public sealed class FeatureClassifierTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts();
    private readonly TaskFile _file = new();
    private readonly ClipModel _clip = ClipModel.Load(PhotoFolder.Clip);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private ImageDataset Dataset => DatasetReader.Open(_photos.Data);

    [Theory]
    [InlineData("zero-shot")]
    [InlineData("nearest-class-mean")]
    [InlineData("tip-adapter")]
    [InlineData("tip-adapter-f")]
    public void Photos_and_a_task_of_their_features_give_the_same_logits_bit_by_bit(string method)
    {
        var options = new ImageClassifierOptions { Method = MethodCatalog.Default.Create(method), Shots = 3, Seed = 2, Views = 2 };
        using var photos = ImageClassifier.Fit(_clip, Dataset, options, cancellation: Stop);
        using (var encoded = new TaskEncoder(_clip).EncodeFeatureTask(Dataset, options, ["fur"], cancellation: Stop))
            encoded.Save(_photos["task.safetensors"]);

        using var task = FeatureTask.Open(_photos["task.safetensors"]);
        using var features = FeatureClassifier.Fit(task, MethodCatalog.Default.Create(method), cancellation: Stop);
        using var queries = new FeatureExtractor(_clip).Extract([.. Dataset.Test.Select(image => image.Image)], cancellation: Stop);
        using var expected = photos.Classifier.Logits(queries);
        using var logits = features.Classifier.Logits(task.Query.Features);
        Assert.Equal(expected.data<float>(), logits.data<float>());
        Assert.Equal(photos.Classifier.State.Templates, features.Classifier.State.Templates);
        Assert.Equal(photos.Card.Support.Images, features.Card.Support.Images);
        Assert.Equal(photos.Evaluate(Dataset.Test, cancellation: Stop).Confusion, features.Evaluate(task, task.Query, Stop).Confusion);
    }

    [Fact]
    public void An_encoded_task_has_the_parts_of_its_data()
    {
        _photos.Add("val/leaf", 1);
        _photos.Add("val/apple", 2);
        using var task = new TaskEncoder(_clip).EncodeFeatureTask(Dataset, new() { Shots = null }, ["fur", "water"], cancellation: Stop);
        Assert.Equal(("photos", _clip.Name, _clip.LogitScale), (task.Name, task.Model, task.Task.Classes.LogitScale));
        Assert.Equal((12, 6, 3), (task.Support.Count, task.Query.Count, task.Validation!.Count));
        Assert.Equal(["a photo of a {}."], task.Task.Classes.Templates);
        using var anchors = _clip.EncodeText(["a photo of a fur.", "a photo of a water."]);
        Assert.True(anchors.allclose(task.Task.Anchors!.Features));
    }

    [Fact]
    public void Data_without_a_test_part_make_no_task()
    {
        using var photos = PhotoFolder.Flat();
        Assert.Equal("Making a task of the data set photos found no test part, of which queries are made: " +
            "lay its photos out as train/CLASS/… and test/CLASS/….",
            Assert.Throws<KedgeException>(() => new TaskEncoder(_clip)
                .EncodeFeatureTask(DatasetReader.Open(photos.Data), cancellation: Stop)).Message);
    }

    [Fact]
    public void A_saved_classifier_is_of_the_same_task_whatever_its_draw()
    {
        using (var task = FeatureTask.Open(_file.Write()))
        using (var fitted = FeatureClassifier.Fit(task, new TipAdapter(new()), cancellation: Stop))
            fitted.Save(_file["x.kedge"]);
        using var loaded = FeatureClassifier.Load(_file["x.kedge"]);
        using var other = FeatureTask.Open(_file.With("support.features", _file.Rows(3, 6, 4)).Write());
        Assert.Equal(("features of an unnamed model", "pets", 6),
            (loaded.Card.Model, loaded.Card.Support.Data, loaded.Card.Support.Images));
        Assert.Equal(5, loaded.Evaluate(other, other.Query, Stop).Count);
        Assert.Equal(2, loaded.Evaluate(other, other.Validation!, Stop).Count);
    }

    [Fact]
    public void A_task_of_other_classes_is_refused()
    {
        using var task = FeatureTask.Open(_file.Write());
        using var classifier = FeatureClassifier.Fit(task, new TipAdapter(new()), cancellation: Stop);
        using var other = FeatureTask.Open(_file.With("class_names", """["dög","cat","sea lion"]""").Write("other.safetensors"));
        Assert.Equal("The classifier was fitted on a task of other class names or class features (fingerprint " +
            $"{task.Fingerprint}) than other has " +
            $"(fingerprint {other.Fingerprint}): take a task of the same features (made with as many " +
            "--threads, as another number changes their last bits), or fit again on this one.",
            Assert.Throws<KedgeException>(() => classifier.Evaluate(other, other.Query, Stop)).Message);
    }

    [Fact]
    public void Photos_are_refused_by_a_classifier_of_features_and_the_other_way_round()
    {
        using (var task = FeatureTask.Open(_file.Write()))
        using (var fitted = FeatureClassifier.Fit(task, new TipAdapter(new()), cancellation: Stop))
            fitted.Save(_file["x.kedge"]);
        Assert.Equal($"The classifier '{_file["x.kedge"]}' was fitted on a task of features (--task) " +
            "and no CLIP is behind it that could encode photos: " +
            "give it such a task, or fit on photos (--data).",
                Assert.Throws<KedgeException>(() => ImageClassifier.Load(_file["x.kedge"], _clip)).Message);
        using (var photos = ImageClassifier.ZeroShot(_clip, ["cat", "dog"]))
            photos.Save(_file["y.kedge"]);
        Assert.Equal($"The classifier '{_file["y.kedge"]}' was fitted on photos with openai.fp16.safetensors, not on a task of features: " +
            "give it photos (--data), or fit on the task (--task).",
                Assert.Throws<KedgeException>(() => FeatureClassifier.Load(_file["y.kedge"])).Message);
    }

    [Fact]
    public void No_tensor_outlives_task_and_classifier()
    {
        var path = _file.Write();
        var broken = _file.With("query.labels", tensor([9L, 0, 0, 0, 0])).Write("broken.safetensors");
        FeatureTask.Open(path).Dispose();
        _clip.EncodeImage(zeros(1, 3, 64, 64)).Dispose(); // packs the model's weights, which stay with it
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var task = FeatureTask.Open(path))
        using (var classifier = FeatureClassifier.Fit(task, new TipAdapter(new()), cancellation: Stop))
        {
            classifier.Evaluate(task, task.Query, Stop);
            classifier.Save(_file["x.kedge"]);
            task.Save(_file["again.safetensors"]);
        }
        Assert.Throws<KedgeException>(() => FeatureTask.Open(broken));
        using (new TaskEncoder(_clip).EncodeFeatureTask(Dataset, new() { Shots = 1, Views = 2 }, ["fur"], cancellation: Stop))
            Assert.NotEqual(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    public void Dispose()
    {
        _clip.Dispose();
        _file.Dispose();
        _photos.Dispose();
    }
}
