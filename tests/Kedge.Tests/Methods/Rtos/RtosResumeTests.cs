using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>Fits of RTOS that are stopped and go on, against one that was never stopped.</summary>
public class RtosResumeTests
{
    // batches smaller than the support set
    private static readonly RtosOptions Options = new() { Steps = 20, AnchorCount = 8, BatchSize = 5, LearningRate = 0.01, AnchorPull = 1 };

    public static TheoryData<bool, double?, bool> Kinds => new()
    {
        { true, null, false }, // tokens through a text tower, α chosen on held-out shots
        { false, null, false }, // points of the feature space
        { true, null, true }, // α learned and chosen
        { true, 5, false }, // nothing held out
    };

    [Theory, MemberData(nameof(Kinds))]
    public void A_fit_that_was_stopped_anywhere_ends_with_the_same_bits(bool tower, double? alpha, bool learnAlpha)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8, noise: 0.8f);
        var task = tower ? synthetic.Task : WithoutTower(synthetic);
        var method = new Rtos(Options with { HoldOut = alpha is null, Alpha = alpha, LearnAlpha = learnAlpha });
        var steps = new Watch(default);
        using var whole = method.Fit(task, steps, TestContext.Current.CancellationToken);
        var (expected, last) = (Logits(whole, synthetic), steps.Last);
        // else it would not be stopped below
        Assert.True(alpha is not null || last > Options.Steps + 1, $"the second pass was {last - Options.Steps} steps");
        foreach (var step in new[] { 1, 5, 18, 19, last - 1 })
        {
            using var store = new MemoryStore();
            using var stop = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => method.Fit(task, store, new Watch((step, stop)), stop.Token));
            var (watch, again) = (new Watch(default), new CancellationTokenSource());
            using var resumed = method.Fit(task, store, watch, again.Token);
            Assert.Equal($"the fit goes on from step {step + 1}, where it was stopped.", watch.Note);
            Assert.Equal(expected, Logits(resumed, synthetic));
            again.Dispose();
        }
    }

    [Fact]
    public void A_fit_that_was_killed_goes_on_from_what_it_kept_last()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8, noise: 0.8f);
        using var store = new MemoryStore { Writes = 3 };
        var method = new Rtos(Options);
        using var whole = method.Fit(synthetic.Task, store, null, TestContext.Current.CancellationToken);
        var watch = new Watch(default);
        using var resumed = method.Fit(synthetic.Task, store, watch, TestContext.Current.CancellationToken);
        Assert.Equal("the fit goes on from step 6, where it was stopped.", watch.Note); // a tenth of the steps, three times
        Assert.Equal(Logits(whole, synthetic), Logits(resumed, synthetic));
    }

    [Theory]
    [InlineData("query", false)]
    [InlineData("anchors.mean", true)]
    [InlineData("steps", true)]
    [InlineData("best.key", false)]
    public void What_was_kept_and_is_damaged_is_refused(string name, bool removed)
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 8);
        using var store = new MemoryStore();
        using var whole = new Rtos(Options).Fit(synthetic.Task, store, null, TestContext.Current.CancellationToken);
        store.Tensors!.Remove(name, out var tensor);
        if (!removed)
            store.Tensors[name] = full_like(tensor!, float.NaN).DetachFromDisposeScope();
        tensor!.Dispose();
        Assert.Equal($"Going on with a fit of rtos found '{name}' missing or not as it was kept: the checkpoint is damaged; " +
            "remove it to start afresh.",
            Assert.Throws<KedgeException>(() => new Rtos(Options)
                .Fit(synthetic.Task, store, null, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Each_method_option_and_task_is_a_fit_of_its_own_and_the_order_of_images_is_none()
    {
        using var synthetic = SyntheticTask.Even(classes: 4, shots: 3);
        using var other = SyntheticTask.Even(classes: 4, shots: 3, seed: 2);
        using var scope = NewDisposeScope();
        var shuffled = synthetic.Make(synthetic.SupportImages.Each(tensor => tensor.flip(1)), synthetic.Labels.flip(0));
        string[] fits = [Fit(new Rtos(new() { Steps = 1 }), synthetic.Task), Fit(new Rtos(new() { Steps = 1, Seed = 2 }), synthetic.Task),
            Fit(new TipAdapter(new()), synthetic.Task), Fit(new Rtos(new() { Steps = 1 }), other.Task),
            Fit(new Rtos(new() { Steps = 1 }), WithoutTower(synthetic))];
        Assert.Equal(fits.Length, fits.Distinct().Count());
        Assert.Equal(fits[0], Fit(new Rtos(new() { Steps = 1 }), shuffled));
    }

    private static string Fit(FewShotMethod method, FewShotTask task)
    {
        using var store = new MemoryStore();
        method.Fit(task, store, null, TestContext.Current.CancellationToken).Dispose();
        return store.Fit;
    }

    private static FewShotTask WithoutTower(SyntheticTask synthetic) =>
        new(new(synthetic.Support, synthetic.Labels), synthetic.Task.Classes);

    private static float[] Logits(FewShotClassifier classifier, SyntheticTask synthetic)
    {
        using var logits = classifier.Logits(synthetic.Queries);
        return logits.data<float>().ToArray();
    }

    /// <summary>Remembers what it was told, and stops the fit after a step.</summary>
    private sealed class Watch((int Step, CancellationTokenSource Source) stop) : IProgress<FitProgress>
    {
        public int Last { get; private set; }

        public string? Note { get; private set; }

        public void Report(FitProgress value)
        {
            if (value.Note is not null)
            {
                Note = value.Note;
                return;
            }
            Last = value.Step;
            if (value.Step == stop.Step)
                stop.Source.Cancel();
        }
    }
}
