using Kedge.Optimisation;
using Kedge.Tensors;
using static TorchSharp.torch;

namespace Kedge.Training;

/// <summary>
/// Trains a module on the sum of objectives: AdamW with weight decay on matrices only, linear warm-up and cosine decay,
/// gradient clipping, EMA of the weights, and checkpoints from which a run resumes bit-identically. Module, batches and
/// evaluation are the caller's. One process, one device.
/// </summary>
/// <param name="module">The module that is trained, averaged and written, in training mode; not owned.</param>
/// <param name="terms">The terms of the loss, one or more; not owned.</param>
/// <param name="options">Options, checked.</param>
internal sealed class TrainingLoop(nn.Module module, IReadOnlyList<ITrainingTerm> terms, TrainingOptions options)
{
    private const int ReportEvery = 10;
    private const string LockFile = "run.lock";

    /// <summary>Examples per step, for the throughput in reports.</summary>
    public int ExamplesPerStep { get; init; } = 1;

    /// <summary>
    /// Evaluates accuracy on held-out data, 0 to 1, at every checkpoint but that of a cancellation; receives the
    /// averaged weights, <see langword="null"/> without averaging. No evaluation by default.
    /// </summary>
    public Func<EmaWeights?, double>? HeldOutAccuracy { get; init; }

    /// <summary>The metadata of the weights that are written; none by default.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The clock for throughput; the system's by default.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Trains, or resumes from the folder's checkpoint, and writes the weights at every checkpoint.</summary>
    /// <param name="run">The identity of the run, which a checkpoint must equal to be resumed.</param>
    /// <param name="folder">Where checkpoints, <c>curve.csv</c> and <c>model.safetensors</c> (F16, averaged) are
    /// written; created where missing.</param>
    /// <param name="progress">Reports every ten steps, at every checkpoint and at the end.</param>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <returns>The path of the weights.</returns>
    /// <exception cref="KedgeException">
    /// The loss or the weights are not finite, a checkpoint cannot be written, or the folder's is
    /// damaged or of another run; or another process trains in the folder.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can be resumed.</exception>
    public string Run(
        RunIdentity run, string folder, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var checkpoint = new TrainingCheckpoint(folder, run);
        using var alone = Lock(folder);
        using var training = new TrainingState(module, terms, options);
        checkpoint.Restore(training);
        var curve = new TrainingCurve(folder, checkpoint.Step);
        var schedule = new CosineSchedule(options.LearningRate, options.Steps, options.WarmUpSteps);

        var (done, losses, since) = (checkpoint.Step, new List<double>(), Time.GetTimestamp());
        foreach (var loss in LossesFrom(done)) // each with its gradients
        {
            losses.Add(loss);
            var rate = schedule.At(done);
            training.Update(done, rate);
            done++;
            if (!double.IsFinite(loss))
                throw Diverged(done, "the loss", checkpoint);

            var stop = cancellation.IsCancellationRequested;
            var keep = stop || done % options.CheckpointEvery == 0 || done == options.Steps;
            if (keep || done % ReportEvery == 0)
            {
                var speed = losses.Count / Time.GetElapsedTime(since).TotalSeconds;
                if (keep && !training.IsFinite()) // a step can spoil weights after its loss is known
                    throw Diverged(done, "a weight", checkpoint);
                var accuracy = keep && !stop ? HeldOutAccuracy?.Invoke(training.Average) : null;
                var point = new CurvePoint(done, losses.Average(), rate, speed * ExamplesPerStep, accuracy);
                curve.Add(point);
                progress?.Report(new(options.Steps, point, TimeSpan.FromSeconds((options.Steps - done) / speed)));
                if (keep)
                {
                    checkpoint.Write(done, training);
                    WriteWeights(training, folder);
                }
                (losses, since) = ([], Time.GetTimestamp());
            }
            if (stop)
                throw new OperationCanceledException(cancellation);
        }
        return WriteWeights(training, folder);
    }

    /// <summary>
    /// The losses of the steps from <paramref name="first"/> on, summed over the terms;
    /// advancing accumulates gradients.
    /// </summary>
    private IEnumerable<double> LossesFrom(int first) =>
        terms.Select(term => term.LossesFrom(first)).Aggregate((sums, losses) => sums.Zip(losses, (sum, loss) => sum + loss));

    private static FileLock Lock(string folder)
    {
        try
        {
            return FileLock.Take(Path.Combine(folder, LockFile)) ?? throw new KedgeException(
                $"The folder '{folder}' is being written to by another training run: wait until that ends, or give another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The folder '{folder}' cannot be written to: {e.Message} Choose another place.", e);
        }
    }

    private KedgeException Diverged(int step, string what, TrainingCheckpoint checkpoint) => new(
        $"Training stopped at step {step} of {options.Steps}: {what} is no finite number any more. " +
        (checkpoint.Step > 0 ? $"The checkpoint of step {checkpoint.Step} is the last good one; " : "There is no checkpoint yet; ") +
        $"start again in another folder with a lower learning rate than {options.LearningRate}.");

    private string WriteWeights(TrainingState training, string folder)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var path = Path.Combine(folder, "model.safetensors");
        SafetensorsWriter.Write(path, training.FinalWeights.ToDictionary(entry => entry.Key,
            entry => entry.Value.to(ScalarType.Float16).cpu()), Metadata);
        return path;
    }
}
