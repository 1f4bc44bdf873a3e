using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class RtosPlusTests
{
    private const float RoundingOfSums = 2e-4f; // as in the contract tests
    private const int Rounding = 4; // digits of a weight from sums in single precision
    private const float Noise = 0.04f; // of an accuracy on 64 or more queries, where the better of two is chosen on few images

    [Theory, InlineData(1), InlineData(4), InlineData(16)]
    public void It_is_as_accurate_as_the_best_of_the_others(int shots)
    {
        var (best, own) = (0f, 0f);
        foreach (var seed in new[] { 1, 2, 3 })
        {
            using var synthetic =
                new SyntheticTask([.. Enumerable.Repeat(shots, 8)], queriesPerClass: 40, width: 32, noise: 1.6f, seed: seed);
            own += Accuracy(new RtosPlus(new()), synthetic) / 3;
            FewShotMethod[] others =
                [new ZeroShot(), new NearestClassMean(), new TipAdapter(new()), new TipAdapterF(new()), new Rtos(new())];
            best += others.Max(method => Accuracy(method, synthetic)) / 3;
        }
        Assert.InRange(own, best - Noise, 1);
    }

    [Fact]
    public void Names_that_mean_nothing_lose_their_say()
    {
        using var synthetic = SyntheticTask.Even(classes: 6, shots: 8, noise: 0.8f);
        using var shuffled = synthetic.Classes.roll(1, 0);
        var task = new FewShotTask(new(synthetic.Support, synthetic.Labels),
            new(synthetic.Task.Classes.Names, shuffled, synthetic.Task.Classes.LogitScale, synthetic.Task.Classes.Templates), new()
            {
                TextTower = synthetic.Tower,
            });
        using var zeroShot = new ZeroShot().Fit(task, cancellation: TestContext.Current.CancellationToken);
        using var plus = (RtosPlusClassifier)new RtosPlus(new()).Fit(task, cancellation: TestContext.Current.CancellationToken);
        Assert.InRange(plus.Details.Weights.ZeroShot, 0, 0.2);
        Assert.True(synthetic.Accuracy(plus) > synthetic.Accuracy(zeroShot) + 0.3f);
    }

    [Fact]
    public void Names_that_mean_nothing_leave_one_shot_to_the_images()
    {
        const float logitScale = 100;
        var (own, images) = (0f, 0f);
        foreach (var seed in new[] { 1, 2, 3 })
        {
            using var synthetic = new SyntheticTask([.. Enumerable.Repeat(1, 8)], queriesPerClass: 40, noise: 0.8f, seed: seed);
            using var shuffled = synthetic.Classes.roll(1, 0);
            var task = new FewShotTask(new(synthetic.Support, synthetic.Labels),
                new(synthetic.Task.Classes.Names, shuffled, logitScale, synthetic.Task.Classes.Templates), new()
                {
                    TextTower = synthetic.Tower,
                });
            using var plus = new RtosPlus(new() { AnchorCount = 3 }).Fit(task, cancellation: TestContext.Current.CancellationToken);
            own += synthetic.Accuracy(plus) / 3;
            images += Accuracy(new NearestClassMean(), synthetic) / 3;
        }
        Assert.InRange(own, images - Noise, 1);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void Its_parts_add_up_and_the_adapter_has_one_of_its_own(int shots)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots);
        using var plus = new RtosPlus(new()).Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        using var scope = NewDisposeScope();
        using var explanation = plus.Explain(synthetic.Queries);
        using var sum = explanation.Sum();
        Assert.InRange((sum - plus.Logits(synthetic.Queries)).abs().max().item<float>(), 0, RoundingOfSums);
        Assert.Equal([synthetic.Queries.shape[0], 4], explanation.Adapter!.shape);
        Assert.True(explanation.Adapter.abs().max().item<float>() > 0);
    }

    [Fact]
    public void With_one_shot_it_is_the_plain_sum_of_its_members_and_ridge_by_zero_shots_errors()
    {
        using var synthetic = SyntheticTask.Even(classes: 6, shots: 1, noise: 1.6f);
        using var scope = NewDisposeScope();
        var (task, images, cancellation) = (synthetic.Task, synthetic.Queries, TestContext.Current.CancellationToken);
        using var plus = (RtosPlusClassifier)new RtosPlus(new()).Fit(task, cancellation: cancellation);
        FewShotMethod[] methods =
        [
            new Rtos(new()), new TipAdapterF(new() { Alpha = task.Classes.LogitScale / 100, Beta = 5.5 }),
            new LinearAdapter(new() { Lambda = 1 / 6.0, LearningRate = 1e-3, Epsilon = 1e-8 }),
        ];
        var zeroShot = ZeroShot.Logits(images, synthetic.Classes, task.Classes.LogitScale);
        var sum = zeros_like(zeroShot);
        foreach (var method in methods)
        {
            using var classifier = method.Fit(task, cancellation: cancellation);
            sum.add_(classifier.Logits(images));
        }
        var ridge = SupportMembers.Fit(task);
        var onImages = Centred(images).matmul(Centred(task.Support.MeanOverViews()).t().matmul(ridge.Ridge.Coefficients));
        var weights = plus.Details.Weights;
        var own = ZeroShot.Logits(task.Support.MeanOverViews(), synthetic.Classes, task.Classes.LogitScale);
        Assert.Equal(1.2 * Math.Pow(1 - Top1Accuracy.Measure(own, task.Support.Labels), 2) * Stacking.Deviation(own, task.Support.Labels)
            / Stacking.Deviation(ridge.HeldOutLogits[0], task.Support.Labels), weights.Ridge, Rounding);
        var expected = sum / 3 + onImages * weights.Ridge;
        Assert.Equal((1, 0), (weights.ZeroShot, weights.Discriminant));
        Assert.InRange((expected - plus.Logits(images)).abs().max().item<float>(), 0, RoundingOfSums);

        Tensor Centred(Tensor x) => SupportMembers.Features(x, ridge.Unprojection) - ridge.Mean;
    }

    [Fact]
    public void Held_out_images_move_the_weights_from_the_plain_sum()
    {
        using var synthetic = SyntheticTask.Even(classes: 6, shots: 16, noise: 0.8f);
        using var scope = NewDisposeScope();
        var images = synthetic.Task.Support.MeanOverViews();
        using var shuffled = synthetic.Classes.roll(1, 0);
        var labels = synthetic.Labels;
        var members = SupportMembers.Fit(synthetic.Task);
        var nothing = zeros_like(members.HeldOutLogits[0]);
        double[] Find(Tensor classes) => MemberWeights.Find(synthetic.Task,
            ZeroShot.Logits(images, classes, synthetic.Task.Classes.LogitScale), members.HeldOutLogits,
            () => [nothing, nothing, nothing]).Weights;
        var (right, wrong) = (Find(synthetic.Classes), Find(shuffled));
        Assert.InRange(wrong[0], 0, right[0] / 10);
        Assert.True(wrong[4] + wrong[5] > 0);
    }

    [Fact]
    public void Without_a_text_tower_it_starts_from_the_features_of_the_task()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 4);
        using var features = synthetic.Tower.EncodeText(["dog", "tree", "car"]);
        var task = new FewShotTask(new(synthetic.Support, synthetic.Labels),
            new(synthetic.Task.Classes.Names, synthetic.Classes, synthetic.Task.Classes.LogitScale, []))
        {
            Anchors = new AnchorSet(features, ["dog", "tree", "car"]),
        };
        using var plus = new RtosPlus(new() { AnchorCount = 3 }).Fit(task, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["dog", "tree", "car"], plus.Anchors!.Names);
        Assert.Null(plus.Anchors.Tokens);
    }

    private static float Accuracy(FewShotMethod method, SyntheticTask synthetic)
    {
        using var classifier = method.Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        return synthetic.Accuracy(classifier);
    }
}
