using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>What holds for every method of the catalog.</summary>
public class MethodContractTests
{
    private const float RoundingOfSums = 2e-4f; // sums of K and N products in another order, on logits up to about 50

    public static TheoryData<string> Names => [.. MethodCatalog.Default.Names];

    [Theory, MemberData(nameof(Names))]
    public void Logits_have_one_row_an_image_and_one_column_a_class(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 5, shots: 3);
        using var classifier = Fit(name, synthetic.Task);
        using var logits = classifier.Logits(synthetic.Images);
        using var none = classifier.Logits(synthetic.Images.Each(tensor => tensor[..0]));
        Assert.Equal([40, 5], logits.shape);
        Assert.Equal([0, 5], none.shape);
        Assert.Equal(ScalarType.Float32, logits.dtype);
        Assert.False(logits.requires_grad);
        Assert.Equal((name, 16, 5), (classifier.Method, classifier.FeatureWidth, classifier.ClassNames.Count));
        Assert.Equal(name is "rtos+" or "gda" or "proker" or "tip-adapter" or "ape" or "ape-t" or "linear-probe" or "fuse"
            ? "support set"
            : "none", classifier.State.Selection);
    }

    [Theory, MemberData(nameof(Names))]
    public void Beats_chance_by_far_on_clusters(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 5, shots: 8, noise: 0.8f);
        using var classifier = Fit(name, synthetic.Task);
        Assert.InRange(synthetic.Accuracy(classifier), 0.5f, 1f);
    }

    [Theory, MemberData(nameof(Names))]
    public void The_same_task_and_seed_give_the_same_bits(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        Assert.Equal(FitAndClassify(name, synthetic, synthetic.Task), FitAndClassify(name, synthetic, synthetic.Task));
    }

    [Theory, MemberData(nameof(Names))]
    public void Classifying_twice_gives_the_same_bits(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        using var classifier = Fit(name, synthetic.Task);
        Assert.Equal(Classify(classifier, synthetic.Images), Classify(classifier, synthetic.Images));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_order_of_the_support_images_does_not_matter(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        using var scope = NewDisposeScope();
        var rows = Enumerable.Range(0, 20).Select(i => (long)i).ToArray();
        new Random(3).Shuffle(rows);
        var order = tensor(rows);
        var shuffled =
            synthetic.Make(synthetic.SupportImages.Each(tensor => tensor.index_select(1, order)), synthetic.Labels.index_select(0, order));
        Assert.Equal(FitAndClassify(name, synthetic, synthetic.Task), FitAndClassify(name, synthetic, shuffled));
    }

    [Theory, MemberData(nameof(Names))]
    public void Fits_one_shot(string name)
    {
        using var synthetic = new SyntheticTask([1, 1, 1], views: 1);
        Assert.All(FitAndClassify(name, synthetic, synthetic.Task), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Fits_classes_of_uneven_size(string name)
    {
        using var synthetic = new SyntheticTask([1, 7, 2]);
        Assert.All(FitAndClassify(name, synthetic, synthetic.Task), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory, MemberData(nameof(Names))]
    public void Leaks_no_tensor(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        FitAndClassify(name, synthetic, synthetic.Task);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        FitAndClassify(name, synthetic, synthetic.Task);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_classifier_outlives_the_scope_and_the_task_it_was_fitted_in(string name)
    {
        FewShotClassifier classifier;
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        using (NewDisposeScope())
        using (var other = new SyntheticTask([5, 5, 5, 5], tower: synthetic.Tower))
        using (inference_mode())
            classifier = Fit(name, other.Task);
        using (classifier)
            Assert.Equal(FitAndClassify(name, synthetic, synthetic.Task), Classify(classifier, synthetic.Images));
        Assert.Throws<ObjectDisposedException>(() => classifier.Logits(synthetic.Images));
    }

    [Theory, MemberData(nameof(Names))]
    public void Stops_when_asked_and_leaks_nothing_by_it(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 5);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => MethodCatalog.Default.Create(name)
            .Fit(synthetic.Task, cancellation: cancelled.Token));

        using var stopping = new CancellationTokenSource();
        var steps = 0;
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        try
        {
            MethodCatalog.Default.Create(name)
                .Fit(synthetic.Task, new Steps(_ => { steps++; stopping.Cancel(); }), stopping.Token).Dispose();
            Assert.InRange(steps, 0, 1); // a method of one step may end before it looks again
        }
        catch (OperationCanceledException)
        {
            Assert.Equal(1, steps);
        }
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory, MemberData(nameof(Names))]
    public void Refuses_image_features_that_are_none(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 2);
        using var classifier = Fit(name, synthetic.Task);
        using var scope = NewDisposeScope();
        Assert.Equal($"Classifying with {name} found image features of shape [3, 17], expected [B, 16]: " +
            "encode the images with the model that the classifier was fitted on.",
            Assert.Throws<KedgeException>(() => classifier.Logits(ones(3, 17))).Message);
        Assert.Equal($"Classifying with {name} found image features that hold NaN or infinity: encode the images or texts again, " +
            "in single precision.",
            Assert.Throws<KedgeException>(
                () => classifier.Logits(synthetic.Images with { Image = full_like(synthetic.Queries, float.NaN) })).Message);
        Assert.Equal($"Classifying with {name} found image features whose lengths are up to 3 off 1: it needs unit features; " +
            "divide each row by its length.",
            Assert.Throws<KedgeException>(() => classifier.Logits(synthetic.Images with { Image = ones_like(synthetic.Queries) })).Message);
    }

    [Theory, MemberData(nameof(Names))]
    public void Refuses_a_class_without_images_if_it_needs_them(string name)
    {
        using var synthetic = new SyntheticTask([2, 0, 1]);
        var method = MethodCatalog.Default.Create(name);
        if (method.Requires.HasFlag(TaskParts.Support))
            Assert.Equal($"Fitting {name} found no support image of 'class 1': it needs at least one of each class.",
                Assert.Throws<KedgeException>(() => method.Fit(synthetic.Task, null, TestContext.Current.CancellationToken)).Message);
        else
            method.Fit(synthetic.Task, null, TestContext.Current.CancellationToken).Dispose();
    }

    [Theory, MemberData(nameof(Names))]
    public void Parts_of_an_explanation_add_up_to_the_logits(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var classifier = Fit(name, synthetic.Task);
        using var scope = NewDisposeScope();
        var logits = classifier.Logits(synthetic.Images);
        Assert.Equal(MethodCatalog.Default.Explaining.Contains(name), classifier.HasParts);
        Assert.True(classifier.HasParts || (classifier.Anchors is null && classifier.Support is null));
        if (!classifier.HasParts)
        {
            Assert.StartsWith($"Explaining found a classifier of {name}, ",
                Assert.Throws<KedgeException>(() => classifier.Explain(synthetic.Images)).Message);
            return;
        }
        using var explanation = classifier.Explain(synthetic.Images);
        using var sum = explanation.Sum();
        Assert.InRange((sum - logits).abs().max().item<float>(), 0, RoundingOfSums);
        Assert.Equal(explanation.Anchors is not null || explanation.Support is not null,
            (explanation.ZeroShot - logits).abs().max().item<float>() > 0);
        Assert.Equal(explanation.Anchors is not null, classifier.Anchors is not null);
        Assert.True(explanation.Anchors is null || explanation.Anchors.shape[2] == classifier.Anchors!.Features.shape[0]);
        Assert.True(explanation.Support is null || explanation.Support.shape[2] == classifier.Support!.Features.shape[0]);
    }

    [Theory, MemberData(nameof(Names))]
    public void Names_of_support_images_follow_them(string name)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        string[] names = [.. Enumerable.Range(0, 12).Reverse().Select(image => $"photo {image} of class {image / 3}")];
        var task = synthetic.Make(synthetic.SupportImages.Each(tensor => tensor.flip(1)), synthetic.Labels.flip(0), names);
        using var classifier = Fit(name, task);
        if (classifier.Support is not { } support)
            return;
        Assert.Equal(12, support.Names.Count);
        Assert.Equal(12, support.Names.Distinct().Count());
        Assert.All(support.Names.Zip(support.Labels.data<long>()), pair => Assert.EndsWith($"class {pair.Second}", pair.First));
    }

    private static FewShotClassifier Fit(string name, FewShotTask task) => Method(name).Fit(task);

    /// <summary>The method with its defaults, but for one whose thousands of steps would tell no more.</summary>
    private static FewShotMethod Method(string name) =>
        name == ClipLora.CatalogName ? new ClipLora(new() { Steps = 30 }) : MethodCatalog.Default.Create(name);

    private static float[] FitAndClassify(string name, SyntheticTask synthetic, FewShotTask task)
    {
        using var classifier = Fit(name, task);
        return Classify(classifier, synthetic.Images);
    }

    private static float[] Classify(FewShotClassifier classifier, ImageFeatures queries)
    {
        using var scope = NewDisposeScope();
        var logits = classifier.Logits(SyntheticImages.Under(classifier.Update, queries));
        return logits.data<float>().ToArray();
    }

    private sealed class Steps(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report(value);
    }
}
