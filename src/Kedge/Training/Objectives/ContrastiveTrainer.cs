using Kedge.Clip;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Optimisation;
using Kedge.Runtime;
using Kedge.Tensors;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// Trains a CLIP, from nothing or from weights that it has, on images and captions: a contrastive loss, AdamW with decay on matrices only, linear warm-up and cosine decay, clipped
/// gradients, logit scale at most 100 (Radford et al. 2021, §2.5), and an average of the weights. Text features may also be drawn to those of a
/// <see cref="TextTeacher"/>. One process, one device; the same seed and device give the same run, resumed or not.
/// </summary>
public sealed class ContrastiveTrainer
{
    private const int ReportEvery = 10;
    private readonly TrainingStart _start;
    private readonly PretrainingOptions _options;
    private readonly TimeProvider _time;
    private readonly Device _device;

    /// <summary>Prepares a run from nothing; nothing is computed yet.</summary>
    /// <param name="architecture">The network to train; its text tower reads the 49,408 tokens of CLIP's tokenizer.</param>
    /// <param name="options">How.</param>
    /// <param name="device">Where; the CPU where none is given.</param>
    /// <param name="time">The clock that speeds are measured by; the system's where none is given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="KedgeException">The token table has another size, or libtorch cannot be loaded.</exception>
    public ContrastiveTrainer(ClipConfiguration architecture, PretrainingOptions options, Device? device = null, TimeProvider? time = null)
        : this(TrainingStart.Anew(architecture), options, device, time)
    {
    }

    /// <summary>Prepares a run from the weights of a CLIP; nothing is computed yet.</summary>
    /// <param name="model">The name of an embedded model (<see cref="EmbeddedModels"/>), a checkpoint's file, or a folder; its text tower reads the 49,408 tokens of CLIP's tokenizer.</param>
    /// <param name="options">How.</param>
    /// <param name="device">Where; the CPU where none is given.</param>
    /// <param name="time">The clock that speeds are measured by; the system's where none is given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="KedgeException">There is no such model, its token table has another size, or libtorch cannot be loaded.</exception>
    public ContrastiveTrainer(string model, PretrainingOptions options, Device? device = null, TimeProvider? time = null)
        : this(TrainingStart.From(model), options, device, time)
    {
    }

    private ContrastiveTrainer(TrainingStart start, PretrainingOptions options, Device? device, TimeProvider? time)
    {
        LibTorch.Load();
        if (start.Architecture.Text.VocabularySize is var rows && ClipTokenizer.Default.VocabularySize is var tokens && rows != tokens)
            throw new KedgeException($"The architecture to train has a token table of {rows:N0} rows, and CLIP's tokenizer has {tokens:N0} tokens: make them equal.");
        (_start, _options, _device, _time) = (start, options.Checked(), device ?? CPU, time ?? TimeProvider.System);
    }

    /// <summary>Whether <see cref="Run"/> with this folder would go on with a run.</summary>
    /// <param name="folder">A folder, which need not exist.</param>
    public static bool HasCheckpoint(string folder) => TrainingCheckpoint.IsIn(folder);

    /// <summary>Trains, or goes on where the folder's checkpoint stands, and writes the weights at every checkpoint, so that a stopped run has some too.</summary>
    /// <param name="data">What is trained on and measured.</param>
    /// <param name="folder">Where checkpoints, <c>curve.csv</c> and <c>model.safetensors</c> (F16, OpenAI's names; averaged) go; made where it is missing.</param>
    /// <param name="progress">Told every ten steps, at every checkpoint and at the end.</param>
    /// <param name="cancellation">Stops after the step at hand, with a checkpoint.</param>
    /// <returns>The path of the weights.</returns>
    /// <exception cref="KedgeException">
    /// There are too few groups, an image cannot be read, the loss or the weights are not finite, a checkpoint cannot be written, or the folder's is
    /// damaged or of another run (start, options, images or captions).
    /// </exception>
    /// <exception cref="ArgumentException">An image has no caption.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can be resumed.</exception>
    public string Run(PretrainingData data, string folder, IProgress<PretrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (data.Pairs.FirstOrDefault(pair => pair.Captions.Count == 0) is { } bare)
            throw new ArgumentException($"The image '{bare.Image.Name}' has no caption.", nameof(data));
        var preprocessing = new Preprocessing { Resolution = _start.Architecture.Vision.Resolution };
        var batches = new PairBatches(data.Pairs, preprocessing, _options);
        var checkpoint = new TrainingCheckpoint(folder, TrainingRun.Of(_start, _options, data));
        using var training = new TrainingState(_start.Build(_options.Seed, _device), _options, _device);
        checkpoint.Restore(training);
        using var lesson = data.Teacher is { } teacher ? new TextLesson(teacher, _start.Architecture.FeatureWidth, _options, _device) : null;
        var held = data.HeldOut is { } images ? new HeldOutAccuracy(images, preprocessing, _device) : null;
        var curve = new TrainingCurve(folder, checkpoint.Step);
        var schedule = new CosineSchedule(_options.LearningRate, _options.Steps, _options.WarmUpSteps);

        var weights = Path.Combine(folder, "model.safetensors");
        var garbage = new GarbageBetweenSteps();
        var (done, losses, since) = (checkpoint.Step, new List<double>(), _time.GetTimestamp());
        foreach (var step in batches.From(done))
        {
            losses.Add(step.Sum(batch => Backward(training, batch, preprocessing)) + (lesson?.Backward(training.Network, done) ?? 0));
            var rate = schedule.At(done);
            training.Update(done, rate);
            done++;
            garbage.Collect();
            if (!double.IsFinite(losses[^1]))
                throw Diverged(done, "the loss", checkpoint);

            var stop = cancellation.IsCancellationRequested;
            var keep = stop || done % _options.CheckpointEvery == 0 || done == _options.Steps;
            if (keep || done % ReportEvery == 0)
            {
                var speed = losses.Count / _time.GetElapsedTime(since).TotalSeconds;
                if (keep && !IsFinite(training.Network)) // a step can spoil them after its loss is known
                    throw Diverged(done, "a weight", checkpoint);
                var accuracy = keep && !stop && held is not null ? Measure(training, held) : (double?)null;
                var point = new CurvePoint(done, losses.Average(), rate, speed * _options.BatchSize * _options.AccumulationSteps, accuracy);
                curve.Add(point);
                progress?.Report(new(_options.Steps, point, TimeSpan.FromSeconds((_options.Steps - done) / speed)));
                if (keep)
                {
                    checkpoint.Write(done, training);
                    WriteWeights(training.Finished, weights);
                }
                (losses, since) = ([], _time.GetTimestamp());
            }
            if (stop)
                throw new OperationCanceledException(cancellation);
        }
        return WriteWeights(training.Finished, weights);
    }

    /// <summary>Adds the gradients of one batch, and gives its share of the step's loss.</summary>
    private double Backward(TrainingState training, PairBatch batch, Preprocessing preprocessing)
    {
        using var scope = NewDisposeScope();
        var network = training.Network;
        var images = network.visual.Forward(Pixels(batch.Crops, preprocessing, _options.Precision, _device)).to(ScalarType.Float32).Unit(); // [B, D]
        var texts = CaptionEncoder.Encode(network, batch.Captions, _device).Unit(); // [B + M, D]
        var scale = network.logit_scale.exp();
        var loss = (training.LogitBias is { } bias
            ? ContrastiveLosses.Sigmoid(images, texts, scale, bias)
            : ContrastiveLosses.InfoNce(images, texts, scale)) / _options.AccumulationSteps;
        loss.backward();
        return loss.item<float>();
    }

    /// <summary>What the image tower is given of B crops: [B, 3, R, R], channels last, the order in memory that convolutions are fastest in.</summary>
    internal static Tensor Pixels(IReadOnlyList<RgbImage> crops, Preprocessing preprocessing, TrainingPrecision precision, Device device)
    {
        var format = precision == TrainingPrecision.BF16 ? ScalarType.BFloat16 : ScalarType.Float32;
        return preprocessing.ToTensor(crops).to(device).to(format).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
    }

    private static bool IsFinite(ClipNetwork network)
    {
        using var scope = NewDisposeScope();
        return network.state_dict().Values.All(tensor => tensor.isfinite().all().item<bool>());
    }

    private KedgeException Diverged(int step, string what, TrainingCheckpoint checkpoint) => new(
        $"Training stopped at step {step} of {_options.Steps}: {what} is no finite number any more. " +
        (checkpoint.Step > 0 ? $"The checkpoint of step {checkpoint.Step} is the last good one; " : "There is no checkpoint yet; ") +
        $"start again in another folder with a lower learning rate than {_options.LearningRate}.");

    /// <summary>Measures the teacher of averaged weights, beside the network in training.</summary>
    private static double Measure(TrainingState training, HeldOutAccuracy held)
    {
        using var teacher = training.Network.Share(training.Average?.Views());
        return held.Of(teacher);
    }

    private static string WriteWeights(IReadOnlyDictionary<string, Tensor> finished, string path)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        SafetensorsWriter.Write(path, finished.ToDictionary(entry => entry.Key, entry => entry.Value.to(ScalarType.Float16).cpu()));
        return path;
    }
}
