using Kedge.Features;
using Kedge.FewShot;
using Kedge.Tasks;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Tasks;

public sealed class FeatureTaskTests : IDisposable
{
    /// <summary>What the last digit of F32 leaves of a difference between two ways to divide.</summary>
    private const double Rounding = 1e-6;

    private readonly TaskFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void A_file_is_read_with_its_rows_made_unit()
    {
        using var task = FeatureTask.Open(_file.Write());
        Assert.Equal(("pets", null, 100f), (task.Name, task.Model, task.Task.Classes.LogitScale));
        Assert.Equal(["cat", "dög", "sea lion"], task.Task.Classes.Names);
        Assert.Equal(["fur", "water"], task.Task.Anchors!.Names);
        Assert.Equal((1, 6, 5, 2), (task.Task.Support.Views, task.Support.Count, task.Query.Count, task.Validation!.Count));
        Assert.Null(task.Task.Encoder);
        AssertUnitOf("support.features", task.Support.Features);
        AssertUnitOf("query.features", task.Query.Features);
        AssertUnitOf("validation.features", task.Validation.Features);
        AssertUnitOf("class.features", task.Task.Classes.Features);
        AssertUnitOf("anchor.features", task.Task.Anchors.Features);
        Assert.Equal([0, 1, 2, 1, 0], task.Query.Labels.data<long>().ToArray());
        Assert.Equal([2, 0], task.Validation.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Norms_of_class_features_are_kept_and_are_no_part_of_the_fingerprint()
    {
        using var without = FeatureTask.Open(_file.Write());
        using var first = FeatureTask.Open(_file.With("class.norms", tensor([7f, 9.5f, 10.25f])).Write());
        first.Save(_file["again.safetensors"]);
        using var again = FeatureTask.Open(_file["again.safetensors"]);
        Assert.Null(without.Task.Classes.Norms);
        Assert.Equal([7f, 9.5f, 10.25f], again.Task.Classes.Norms!.data<float>().ToArray());
        Assert.Equal(without.Fingerprint, again.Fingerprint);
    }

    [Fact]
    public void What_is_saved_is_what_is_opened_and_saving_again_gives_the_same_bytes()
    {
        _file.With("support.features", _file.Rows(2, 6, 4)).With("templates", """["a photo of a {}."]""").With("model", "some-clip");
        using var first = FeatureTask.Open(_file.Write());
        first.Save(_file["again.safetensors"]);
        using var again = FeatureTask.Open(_file["again.safetensors"]);
        Assert.Equal(2, again.Task.Support.Views);
        Assert.Equal(("some-clip", first.Fingerprint), (again.Model, again.Fingerprint));
        Assert.Equal(["a photo of a {}."], again.Task.Classes.Templates);
        Assert.Equal(first.Task.Support.Features.data<float>(), again.Task.Support.Features.data<float>());
        Assert.Equal(first.Query.Features.data<float>(), again.Query.Features.data<float>());
        again.Save(_file["third.safetensors"]);
        Assert.Equal(File.ReadAllBytes(_file["again.safetensors"]), File.ReadAllBytes(_file["third.safetensors"]));
    }

    [Fact]
    public void A_task_without_anything_optional_is_saved_without_it()
    {
        _file.With("validation.features", tensor: null)
            .With("validation.labels", tensor: null).With("anchor.features", tensor: null).With("anchor_names", metadata: null);
        using var task = FeatureTask.Open(_file.Write());
        Assert.Null(task.Validation);
        Assert.Null(task.Task.Anchors);
        Assert.Empty(task.Task.Classes.Templates);
        task.Save(_file["again.safetensors"]);
        using var again = SafetensorsFile.Open(_file["again.safetensors"]);
        Assert.Equal(["class.features", "query.features", "query.labels", "support.features", "support.labels"],
            again.Entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["class_names", "logit_scale"], again.Metadata.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(ScalarType.Float16, ScalarType.Int32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Int64)]
    public void Half_precision_and_short_labels_are_read(ScalarType features, ScalarType labels)
    {
        foreach (var (name, tensor) in _file.Tensors.ToList())
            _file.With(name, tensor.to(name.EndsWith("labels", StringComparison.Ordinal) ? labels : features));
        using var task = FeatureTask.Open(_file.Write());
        Assert.Equal((ScalarType.Float32, ScalarType.Int64), (task.Query.Features.dtype, task.Query.Labels.dtype));
        AssertUnitOf("query.features", task.Query.Features);
        Assert.Equal([0, 0, 1, 1, 2, 2], task.Task.Support.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Rows_of_any_size_have_a_direction()
    {
        _file.With("query.features", tensor(
            new float[,] { { 3e-25f, 4e-25f, 0, 0 }, { 3e25f, 4e25f, 0, 0 }, { 1, 0, 0, 0 }, { 1, 0, 0, 0 }, { 1, 0, 0, 0 } }));
        using var task = FeatureTask.Open(_file.Write());
        using var expected = tensor(new float[,] { { 0.6f, 0.8f, 0, 0 }, { 0.6f, 0.8f, 0, 0 } });
        using var difference = (task.Query.Features[..2] - expected).abs().max();
        Assert.True(difference.item<float>() < Rounding);
    }

    [Fact]
    public void Anchors_without_names_are_called_by_their_places()
    {
        using var task = FeatureTask.Open(_file.With("anchor_names", metadata: null).Write());
        Assert.Equal(["anchor 1", "anchor 2"], task.Task.Anchors!.Names);
    }

    [Fact]
    public void Other_tensors_and_notes_of_the_files_maker_are_left_alone()
    {
        using var task = FeatureTask.Open(_file.With("image.ids", tensor([1L])).With("format", "pt").With("author", "me").Write());
        Assert.Equal(6, task.Support.Count);
    }

    [Fact]
    public void A_task_may_have_no_support_image()
    {
        using var task =
            FeatureTask.Open(_file.With("support.features", empty(0, 4)).With("support.labels", empty([0], ScalarType.Int64)).Write());
        using var classifier = FeatureClassifier.Fit(task, new ZeroShot(), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(5, classifier.Evaluate(task, task.Query, TestContext.Current.CancellationToken).Count);
    }

    [Fact]
    public void The_fingerprint_is_of_the_classes_and_their_features_alone()
    {
        string Fingerprint()
        {
            using var task = FeatureTask.Open(_file.Write());
            return task.Fingerprint;
        }

        var first = Fingerprint();
        _file.With("support.features", _file.Rows(6, 4))
            .With("query.features", _file.Rows(5, 4)).With("logit_scale", "5").With("anchor.features", _file.Rows(2, 4));
        Assert.Equal(first, Fingerprint());
        _file.With("class_names", """["cat","dog","sea lion"]""");
        var renamed = Fingerprint();
        _file.With("class.features", _file.Rows(3, 4));
        Assert.Equal(3, new[] { first, renamed, Fingerprint() }.Distinct().Count());
    }

    [Fact]
    public void A_task_made_in_memory_refuses_queries_that_do_not_fit()
    {
        using var scope = NewDisposeScope();
        using var whole = FeatureTask.Open(_file.Write());
        Tensor Unit() => _file.Rows(5, 4).Unit();
        KedgeException Refused(Tensor features, Tensor labels) =>
            Assert.Throws<KedgeException>(() => new FeatureTask("x", whole.Task, new LabelledFeatures(features, labels)));
        Assert.Equal("Making a feature task found query features of shape [5, 3]: it needs [Q, 4], Q at least 1.",
            Refused(_file.Rows(5, 3), tensor([0L])).Message);
        Assert.StartsWith("Making a feature task found query features whose lengths are up to",
            Refused(_file.Rows(5, 4), tensor([0L])).Message);
        Assert.Equal("Making a feature task found query labels of type Int64 and shape [1]: it needs Int64 [5].",
            Refused(Unit(), tensor([0L])).Message);
        Assert.Equal("Making a feature task found query labels from 0 to 3: it needs 0 to 2.",
            Refused(Unit(), tensor([0L, 1, 2, 3, 0])).Message);
    }

    private void AssertUnitOf(string name, Tensor read)
    {
        using var scope = NewDisposeScope();
        var difference = (_file.Tensors[name].to(ScalarType.Float32).Unit() - read).abs().max();
        Assert.True(difference.item<float>() < Rounding, name);
    }
}
