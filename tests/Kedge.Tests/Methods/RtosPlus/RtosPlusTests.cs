using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class RtosPlusTests
{
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
            using var plus = new RtosPlus(new()).Fit(task, cancellation: TestContext.Current.CancellationToken);
            own += synthetic.Accuracy(plus) / 3;
            images += Accuracy(new NearestClassMean(), synthetic) / 3;
        }
        Assert.InRange(own, images - Noise, 1);
    }

    [Fact]
    public void With_very_many_images_the_kernel_is_left_out_and_the_parts_still_add_up()
    {
        const int shots = Ridge.MaxKernelImages / 2 + 1;
        using var synthetic = new SyntheticTask([shots, shots], views: 1);
        using var plus = (RtosPlusClassifier)new RtosPlus(new() { Steps = 1, AnchorCount = 4 })
            .Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(0, plus.Details.Weights.Kernel);
        using var scope = NewDisposeScope();
        using var explanation = plus.Explain(synthetic.Queries);
        using var sum = explanation.Sum();
        Assert.InRange((sum - plus.Logits(synthetic.Queries)).abs().max().item<float>(), 0, 1e-2f); // 5,002 parts in single precision
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
        using var plus = new RtosPlus(new()).Fit(task, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(["dog", "tree", "car"], plus.Anchors!.Names);
        Assert.Null(plus.Anchors.Tokens);
    }

    private static float Accuracy(FewShotMethod method, SyntheticTask synthetic)
    {
        using var classifier = method.Fit(synthetic.Task, cancellation: TestContext.Current.CancellationToken);
        return synthetic.Accuracy(classifier);
    }
}
