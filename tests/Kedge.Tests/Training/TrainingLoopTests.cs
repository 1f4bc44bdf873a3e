using Kedge.Tensors;
using Kedge.Tests.Support;
using TorchSharp;

namespace Kedge.Tests.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void An_objective_without_a_clip_is_trained_measured_and_written()
    {
        var errors = LinearRun.Run(_scratch.Path, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(3, errors.Count); // at steps 25, 50 and 60
        Assert.True(errors[^1] < errors[0] && errors[^1] < 0.1, $"The errors are {string.Join(", ", errors)}.");
        using var file = SafetensorsFile.Open(_scratch["model.safetensors"]);
        Assert.Equal(["bias", "weight"], file.Entries.Keys.Order(StringComparer.Ordinal)); // the module, not the objective
    }

    [Fact]
    public void The_state_of_an_objective_is_in_its_checkpoints()
    {
        LinearRun.Run(_scratch.Path, cancellation: TestContext.Current.CancellationToken);
        var tensors = TinyRun.Weights(_scratch.Path);
        Assert.Equal(["average.bias", "average.weight", "bias", "least_squares_0.bias", "least_squares_0.steps", "weight"],
            tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(LinearRun.Steps, tensors["least_squares_0.steps"][0]);
        Assert.NotEqual(0, tensors["least_squares_0.bias"][0]);
    }

    [Theory, InlineData(1, 1), InlineData(2, 2)]
    public void A_run_stopped_after_every_step_equals_an_undisturbed_one_bit_for_bit(int accumulated, int terms)
    {
        var options = LinearRun.Options with { Steps = 6, CheckpointEvery = 3 };
        LinearRun.Run(_scratch["whole"], options, accumulated, terms, TestContext.Current.CancellationToken);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        for (var step = 1; step <= options.Steps; step++)
            Assert.Throws<OperationCanceledException>(() => LinearRun.Run(_scratch["parts"], options, accumulated, terms, cancelled.Token));
        LinearRun.Run(_scratch["parts"], options, accumulated, terms, TestContext.Current.CancellationToken);
        TinyRun.AssertSame(_scratch["whole"], _scratch["parts"]);
    }

    /// <summary>Equal batches: their mean gradient is that of one, and halves and doubles are exact.</summary>
    [Fact]
    public void Accumulated_batches_count_as_their_mean()
    {
        LinearRun.Run(_scratch["one"], accumulated: 1, cancellation: TestContext.Current.CancellationToken);
        LinearRun.Run(_scratch["two"], accumulated: 2, cancellation: TestContext.Current.CancellationToken);
        TinyRun.AssertSame(_scratch["one"], _scratch["two"]);
    }

    [Fact]
    public void Another_run_is_refused_with_what_differs()
    {
        var options = LinearRun.Options with { Steps = 2 };
        LinearRun.Run(_scratch.Path, options, cancellation: TestContext.Current.CancellationToken);
        var error = Assert.Throws<KedgeException>(() =>
            LinearRun.Run(_scratch.Path, options with { Steps = 3 }, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal($"The run in '{_scratch.Path}' cannot be resumed: it was started with Steps 2 instead of 3; ask for the same, " +
            "or give another folder.", error.Message);
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run()
    {
        var error = Assert.Throws<KedgeException>(() => LinearRun.Run(
            _scratch.Path, LinearRun.Options with { LearningRate = 1e30, WarmUpSteps = 0 },
            cancellation: TestContext.Current.CancellationToken));
        Assert.StartsWith("Training stopped at step 2 of 60: the loss is no finite number any more. There is no checkpoint yet; ",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        var options = LinearRun.Options with { Steps = 2 };
        LinearRun.Run(_scratch["first"], options, cancellation: TestContext.Current.CancellationToken);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (torch.NewDisposeScope()) // the batches, which are the caller's
            LinearRun.Run(_scratch["second"], options, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
