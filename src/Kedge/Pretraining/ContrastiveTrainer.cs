using Kedge.Clip;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Native;
using Kedge.Optimisation;
using Kedge.Text;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Pretraining;

/// <summary>How far a training run is.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean loss since the last report.</param>
/// <param name="PairsPerSecond">Speed since the last report.</param>
/// <param name="Remaining">Time that the rest takes at this speed.</param>
public readonly record struct PretrainingProgress(int Step, int Steps, double Loss, double PairsPerSecond, TimeSpan Remaining);

/// <summary>
/// Trains a CLIP from nothing on images and captions: symmetric InfoNCE, AdamW with decay on matrices only, linear warm-up and cosine decay, clipped
/// gradients, logit scale at most 100 (Radford et al. 2021, §2.5). One process, one device; the same seed and device give the same run, resumed or not.
/// </summary>
public sealed class ContrastiveTrainer
{
    private const double LargestLogitScale = 4.605170185988092; // ln 100
    private const double Beta1 = 0.9; // CLIP, table 18
    private const double Epsilon = 1e-6; // CLIP, table 18, ViT
    private const int ReportEvery = 10;
    private readonly ClipConfiguration _architecture;
    private readonly PretrainingOptions _options;
    private readonly TimeProvider _time;
    private readonly Device _device;

    /// <summary>Prepares a run; nothing is computed yet.</summary>
    /// <param name="architecture">The network to train; its text tower reads the 49,408 tokens of CLIP's tokenizer.</param>
    /// <param name="options">How.</param>
    /// <param name="device">Where; the CPU where none is given.</param>
    /// <param name="time">The clock that speeds are measured by; the system's where none is given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="KedgeException">The token table has another size, or libtorch cannot be loaded.</exception>
    public ContrastiveTrainer(ClipConfiguration architecture, PretrainingOptions options, Device? device = null, TimeProvider? time = null)
    {
        LibTorch.Load();
        if (architecture.Text.VocabularySize is var rows && ClipTokenizer.Default.VocabularySize is var tokens && rows != tokens)
            throw new KedgeException($"The architecture to train has a token table of {rows:N0} rows, and CLIP's tokenizer has {tokens:N0} tokens: make them equal.");
        (_architecture, _options, _device, _time) = (architecture, options.Checked(), device ?? CPU, time ?? TimeProvider.System);
    }

    /// <summary>Trains, or goes on where the folder's checkpoint stands, and writes the finished weights.</summary>
    /// <param name="pairs">Images and captions, of at least <see cref="PretrainingOptions.BatchSize"/> groups.</param>
    /// <param name="folder">Where checkpoints and, at the end, <c>model.safetensors</c> (F16, OpenAI's names) go; made where it is missing.</param>
    /// <param name="progress">Told every ten steps and at the end.</param>
    /// <param name="cancellation">Stops after the step at hand, with a checkpoint.</param>
    /// <returns>The path of the finished weights.</returns>
    /// <exception cref="KedgeException">
    /// There are too few groups, an image cannot be read, the loss or the weights are not finite, a checkpoint cannot be written, or the folder's is
    /// damaged or of another run (architecture, options, images or captions).
    /// </exception>
    /// <exception cref="ArgumentException">An image has no caption.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can be resumed.</exception>
    public string Run(
        IReadOnlyList<CaptionedImage> pairs, string folder, IProgress<PretrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (pairs.FirstOrDefault(pair => pair.Captions.Count == 0) is { } bare)
            throw new ArgumentException($"The image '{bare.Image.Name}' has no caption.", nameof(pairs));
        var preprocessing = new Preprocessing { Resolution = _architecture.Vision.Resolution };
        var batches = new PairBatches(pairs, preprocessing, _options);
        var checkpoint = new TrainingCheckpoint(folder, TrainingRun.Of(_architecture, _options, pairs));
        using var network = ClipInitialisation.Build(_architecture, _options.Seed, _device);
        using var optimizer = Optimizer(network);
        checkpoint.Restore(network, optimizer);
        network.train();

        var schedule = new CosineSchedule(_options.LearningRate, _options.Steps, _options.WarmUpSteps);
        var (done, losses, since) = (checkpoint.Step, new List<double>(), _time.GetTimestamp());
        foreach (var batch in batches.From(done))
        {
            foreach (var group in optimizer.ParamGroups)
                group.LearningRate = schedule.At(done);
            losses.Add(Step(network, optimizer, batch, preprocessing));
            done++;
            if (!double.IsFinite(losses[^1]))
                throw Diverged(done, "the loss", checkpoint);

            if (done % ReportEvery == 0 || done == _options.Steps)
            {
                var speed = losses.Count / _time.GetElapsedTime(since).TotalSeconds;
                var remaining = TimeSpan.FromSeconds((_options.Steps - done) / speed);
                progress?.Report(new(done, _options.Steps, losses.Average(), speed * _options.BatchSize, remaining));
                (losses, since) = ([], _time.GetTimestamp());
            }
            var stop = cancellation.IsCancellationRequested;
            if (stop || done % _options.CheckpointEvery == 0 || done == _options.Steps)
            {
                if (!IsFinite(network)) // a step can spoil them after its loss is known
                    throw Diverged(done, "a weight", checkpoint);
                checkpoint.Write(done, network, optimizer);
            }
            if (stop)
                throw new OperationCanceledException(cancellation);
        }
        return WriteWeights(network, Path.Combine(folder, "model.safetensors"));
    }

    private double Step(ClipNetwork network, OptimizerHelper optimizer, PairBatch batch, Preprocessing preprocessing)
    {
        using var scope = NewDisposeScope();
        var images = network.visual.Forward(preprocessing.ToTensor(batch.Crops).to(_device)).Unit(); // [B, D]
        var texts = EncodeText(network, batch.Captions).Unit(); // [B, D]
        var loss = InfoNce.Loss(images, texts, network.logit_scale.exp());
        optimizer.zero_grad();
        loss.backward();
        nn.utils.clip_grad_norm_(network.parameters(), _options.ClipNorm);
        optimizer.step();
        using (no_grad())
            network.logit_scale.clamp_(0, LargestLogitScale);
        return loss.item<float>();
    }

    private Tensor EncodeText(ClipNetwork network, IReadOnlyList<string> captions)
    {
        var context = _architecture.Text.ContextLength;
        var ids = captions.Select(caption => ClipTokenizer.Default.Encode(caption, context, truncate: true)).ToArray();
        return network.EncodeText(TokenBatch.From(ids, _device));
    }

    private AdamW Optimizer(ClipNetwork network)
    {
        var (matrices, vectors) = (network.parameters().Where(p => p.dim() >= 2), network.parameters().Where(p => p.dim() < 2));
        IEnumerable<AdamW.ParamGroup> groups = [Group(matrices, _options.WeightDecay), Group(vectors, weightDecay: 0)];
        return optim.AdamW(groups, _options.LearningRate, Beta1, _options.Beta2, Epsilon);
    }

    private AdamW.ParamGroup Group(IEnumerable<Parameter> parameters, double weightDecay) =>
        new(parameters, _options.LearningRate, Beta1, _options.Beta2, Epsilon, weightDecay);

    private static bool IsFinite(ClipNetwork network)
    {
        using var scope = NewDisposeScope();
        return network.state_dict().Values.All(tensor => tensor.isfinite().all().item<bool>());
    }

    private KedgeException Diverged(int step, string what, TrainingCheckpoint checkpoint) => new(
        $"Training stopped at step {step} of {_options.Steps}: {what} is no finite number any more. " +
        (checkpoint.Step > 0 ? $"The checkpoint of step {checkpoint.Step} is the last good one; " : "There is no checkpoint yet; ") +
        $"start again in another folder with a lower learning rate than {_options.LearningRate}.");

    private static string WriteWeights(ClipNetwork network, string path)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Checkpoints.SafetensorsWriter.Write(path, network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.to(ScalarType.Float16).cpu()));
        return path;
    }
}
