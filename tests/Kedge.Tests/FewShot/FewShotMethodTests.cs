using Kedge.FewShot;
using Kedge.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Kedge.Tests.FewShot;

/// <summary>What the base class does for authors of methods, tried on methods whose authors were careless.</summary>
public class FewShotMethodTests
{
    [Fact]
    public void An_author_cannot_leak_a_tensor_nor_a_gradient()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var classifier = new Careless(task => ones(3, 16).requires_grad_() * 2)
            .Fit(synthetic.Task, null, TestContext.Current.CancellationToken))
        using (var logits = classifier.Logits(synthetic.Queries))
            Assert.False(logits.requires_grad || classifier.State.Tensors["weight"].requires_grad);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_tensor_of_the_task_that_is_kept_is_copied()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var classifier = new Careless(task => task.Classes.Features).Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        synthetic.Classes.fill_(0);
        Assert.NotEqual(0, classifier.State.Tensors["weight"].abs().sum().item<float>());
    }

    [Fact]
    public void A_fit_that_diverged_is_no_classifier()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Assert.Equal("Fitting careless diverged: 'weight' holds NaN or infinity; try a smaller learning rate.",
            Assert.Throws<KedgeException>(() => new Careless(task => full(3, 16, float.NaN))
                .Fit(synthetic.Task, null, TestContext.Current.CancellationToken)).Message);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_method_that_learns_prompts_wants_a_text_tower()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        var task = new FewShotTask(new(synthetic.Support, synthetic.Labels), new(["a", "b", "c"], synthetic.Classes, 100, []));
        Assert.Equal("Fitting careless found a task without a text tower: it learns prompts; " +
            "give the task the text side of the CLIP model.",
            Assert.Throws<KedgeException>(() => new Careless(t => t.Classes.Features) { WantsTower = true }.Fit(task,
                null, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Half_precision_features_are_welcome()
    {
        using var synthetic = SyntheticTask.Even(classes: 3, shots: 2);
        using var scope = NewDisposeScope();
        using var classifier = new ZeroShot().Fit(synthetic.Task, null, TestContext.Current.CancellationToken);
        var (full, half) = (classifier.Logits(synthetic.Queries), classifier.Logits(synthetic.Queries.to(ScalarType.Float16)));
        const float halfPrecision = 0.02f; // 11 bits of values up to 1, 16 of them, times the scale 10
        Assert.Equal(ScalarType.Float32, half.dtype);
        Assert.InRange((full - half).abs().max().item<float>(), 0, halfPrecision);
    }

    private sealed class Careless(Func<FewShotTask, Tensor> weight) : FewShotMethod("careless", new NoOptions())
    {
        public bool WantsTower { get; init; }

        public override TaskParts Requires => base.Requires | (WantsTower ? TaskParts.TextTower : TaskParts.None);

        protected override Fitted FitCore(FewShotTask task, FitRun run)
        {
            for (var i = 0; i < 5; i++)
                ones(10).add(1);
            return LinearClassifier.FromWeight(weight(task));
        }

        protected override FewShotClassifier RestoreCore(ClassifierState state) => new LinearClassifier(state);
    }
}
