using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Tests.Support;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Tests.FewShot;

public class ClassBalanceTests
{
    private const double Tolerance = 1e-5; // of means in single precision

    [Fact]
    public void Even_classes_have_no_weights()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 4);
        using var scope = NewDisposeScope();
        var task = Balanced(synthetic);
        Assert.Null(ClassBalance.Weights(task));
        Assert.Null(HeldOutShots.HoldOut(task)!.Weights);
        Assert.Equal(12, task.EffectiveImages());
    }

    [Fact]
    public void An_image_counts_the_less_the_more_its_class_has()
    {
        using var synthetic = new SyntheticTask([1, 2, 6]);
        using var scope = NewDisposeScope();
        var task = Balanced(synthetic);
        Assert.Equal([3f, 1.5f, 1.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f], ClassBalance.Weights(task)!.data<float>());
        Assert.Equal(9 / (1 + 1 / 2.0 + 1 / 6.0), task.EffectiveImages(), Tolerance);
        Assert.Equal(3 / (1 + 1 / 2.0 + 1 / 6.0), task.EffectiveShots(), Tolerance);
        Assert.Null(ClassBalance.Weights(task, tensor([0L, 2]))); // one image each
    }

    [Fact]
    public void Without_the_option_all_images_count_alike()
    {
        using var synthetic = new SyntheticTask([1, 2, 6]);
        using var scope = NewDisposeScope();
        var task = SupportOrder.Canonical(synthetic.Task, balanceClasses: false);
        Assert.Null(ClassBalance.Weights(task));
        Assert.Equal(9, task.EffectiveImages());
    }

    [Fact]
    public void The_weighted_cross_entropy_is_the_mean_of_the_classes_means()
    {
        using var synthetic = new SyntheticTask([1, 2, 6]);
        using var scope = NewDisposeScope();
        var task = Balanced(synthetic);
        var logits = ZeroShot.Logits(task.Support.Features[0], task.Classes.Features, 10);
        var byClass = Enumerable.Range(0, 3).Select(c => task.Support.Labels.eq(c).nonzero().squeeze(1))
            .Select(rows => F.cross_entropy(logits.index_select(0, rows), task.Support.Labels.index_select(0, rows)).item<float>());
        Assert.Equal(byClass.Average(),
            ClassBalance.WeightedCrossEntropy(logits, task.Support.Labels, ClassBalance.Weights(task)).item<float>(), Tolerance);
    }

    [Fact]
    public void What_is_learned_is_adjusted_by_the_prior()
    {
        using var synthetic = new SyntheticTask([1, 2, 6]);
        using var scope = NewDisposeScope();
        var task = Balanced(synthetic);
        var logits = ZeroShot.Logits(task.Support.Features[0], task.Classes.Features, 10);
        var adjusted = logits.exp() * tensor([1f, 2, 6]).pow(1.25);
        var expected = adjusted.gather(1, task.Support.Labels.unsqueeze(1)).squeeze(1) / adjusted.sum(1);
        Assert.Equal(-expected.log().mean().item<float>(), task.CrossEntropy(logits, task.Support.Labels).item<float>(), Tolerance);
    }

    [Fact]
    public void Held_out_shots_of_each_class_count_alike()
    {
        using var synthetic = new SyntheticTask([2, 12, 1]);
        using var scope = NewDisposeScope();
        var held = HeldOutShots.HoldOut(Balanced(synthetic))!;
        Assert.Equal([0L, 1, 1, 1], held.Labels.data<long>());
        Assert.Equal([2f, 2 / 3f, 2 / 3f, 2 / 3f], held.Weights!.data<float>());
        var right = tensor([1f, 0, 0, 1, 1, 0, 1, 0], [4, 2]); // of the first class and of one of the second
        Assert.Equal(2 / 3.0, Top1Accuracy.Measure(right, held.Labels, held.Weights), Tolerance); // recalls 1 and 1/3
    }

    [Fact]
    public void Validation_images_count_alike_by_class_where_the_support_set_is_uneven()
    {
        using var synthetic = new SyntheticTask([1, 2]);
        using var scope = NewDisposeScope();
        var set = new LabelledFeatures(synthetic.Queries.narrow(0, 0, 4), tensor([0L, 0, 0, 1]));
        var task = SupportOrder.Canonical(synthetic.Task.With(set), balanceClasses: true);
        var run = new FitRun(progress: null, TestContext.Current.CancellationToken);
        Assert.Equal("by class", Best(task.Validation!));
        Assert.Equal("by image", Best(set));

        string Best(LabelledFeatures images) => ValidationSearch.Best(images, run, ["by image", "by class"], at => at == "by image"
            ? tensor([1f, 0, 1, 0, 1, 0, 1, 0], [4, 2]) // right on all of the first class
            : tensor([1f, 0, 0, 1, 0, 1, 0, 1], [4, 2])); // on one of it, and on the other class
    }

    private static FewShotTask Balanced(SyntheticTask synthetic) => SupportOrder.Canonical(synthetic.Task, balanceClasses: true);
}
