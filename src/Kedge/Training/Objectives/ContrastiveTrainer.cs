using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Optimisation;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Training.Objectives;

/// <summary>
/// Pretraining of a CLIP, from scratch or from existing weights: contrastive on images and captions, or text
/// distillation from <see cref="TeacherTextFeatures"/>, or both. AdamW with weight decay on matrices only, linear
/// warm-up and cosine decay, gradient clipping, logit scale at most 100 (Radford et al. 2021, §2.5), and an
/// exponential moving average (EMA) of the weights. One process, one device; equal seeds and devices give equal runs,
/// resumed or not.
/// </summary>
internal sealed class ContrastiveTrainer
{
    private readonly TrainingStart _start;
    private readonly PretrainingOptions _options;
    private readonly TimeProvider _time;
    private readonly Device _device;

    /// <summary>Prepares a run from scratch; nothing is computed yet.</summary>
    /// <param name="architecture">The architecture to train; its text tower reads the 49,408 tokens of
    /// CLIP's tokenizer.</param>
    /// <param name="options">Options.</param>
    /// <param name="device">The device; default the CPU.</param>
    /// <param name="time">The clock for throughput; default the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="KedgeException">The token table has another size, or libtorch cannot be loaded.</exception>
    public ContrastiveTrainer(ClipConfiguration architecture, PretrainingOptions options, Device? device = null, TimeProvider? time = null)
        : this(TrainingStart.FromScratch(architecture), options, device, time)
    {
    }

    /// <summary>Prepares a run from the weights of a CLIP; nothing is computed yet.</summary>
    /// <param name="model">The name of an embedded model (<see cref="EmbeddedModels"/>), a checkpoint's file, or a
    /// folder; its text tower reads the 49,408 tokens of CLIP's tokenizer.</param>
    /// <param name="options">Options.</param>
    /// <param name="device">The device; default the CPU.</param>
    /// <param name="time">The clock for throughput; default the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="KedgeException">There is no such model, its token table has another size, or libtorch
    /// cannot be loaded.</exception>
    public ContrastiveTrainer(string model, PretrainingOptions options, Device? device = null, TimeProvider? time = null)
        : this(TrainingStart.From(model), options, device, time)
    {
    }

    private ContrastiveTrainer(TrainingStart start, PretrainingOptions options, Device? device, TimeProvider? time)
    {
        LibTorch.Load();
        if (start.Architecture.Text.VocabularySize is var rows && ClipTokenizer.Default.VocabularySize is var tokens && rows != tokens)
            throw new KedgeException($"The architecture to train has a token table of {rows:N0} rows, " +
                $"and CLIP's tokenizer has {tokens:N0} tokens: make them equal.");
        (_start, _options, _device, _time) = (start, options.Checked(), device ?? CPU, time ?? TimeProvider.System);
        RequireMemory(start.Architecture);
    }

    /// <summary>Refuses an architecture whose weights, gradients and two moments do not fit into memory.</summary>
    private static void RequireMemory(ClipConfiguration architecture)
    {
        using var scope = NewDisposeScope();
        using var network = new ClipNetwork(Weights.Meta, architecture);
        var parameters = network.parameters().Sum(parameter => parameter.numel());
        var (needed, available) = (4L * sizeof(float) * parameters, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        if (needed > available)
            throw new KedgeException(FormattableString.Invariant($"The architecture to train has {parameters:N0} parameters, ") +
                FormattableString.Invariant($"which take {needed / 1e9:N0} GB with their gradients and moments, and this process may ") +
                FormattableString.Invariant($"use {available / 1e9:N0} GB: make it smaller."));
    }

    /// <summary>One sentence of what is assumed of the model to start from; null where nothing is.</summary>
    internal string? Assumed => _start.Assumed;

    /// <summary>Whether <see cref="Run"/> with this folder would resume a run.</summary>
    /// <param name="folder">A folder, which need not exist.</param>
    public static bool HasCheckpoint(string folder) => TrainingCheckpoint.Exists(folder);

    /// <summary>
    /// Trains, or resumes from the folder's checkpoint, and writes the weights at every checkpoint, so that a
    /// stopped run has weights too.
    /// </summary>
    /// <param name="data">The data for training and evaluation.</param>
    /// <param name="folder">
    /// Where checkpoints, <c>curve.csv</c> and <c>model.safetensors</c> (F16, OpenAI's names; averaged; its settings in
    /// its metadata) are written; created where missing.
    /// </param>
    /// <param name="progress">Reports every ten steps, at every checkpoint and at the end.</param>
    /// <param name="cancellation">Stops after the current step, with a checkpoint.</param>
    /// <returns>The path of the weights.</returns>
    /// <exception cref="KedgeException">
    /// There are too few groups, an image cannot be read, the loss or the weights are not finite, a checkpoint cannot
    /// be written, or the folder's is damaged or of another run (start, options, images or captions).
    /// </exception>
    /// <exception cref="ArgumentException">
    /// An image has no caption, or there are neither pairs nor teachers.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can be resumed.</exception>
    public string Run(
        PretrainingData data, string folder, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (data.Pairs.FirstOrDefault(pair => pair.Captions.Count == 0) is { } bare)
            throw new ArgumentException($"The image '{bare.Image.Name}' has no caption.", nameof(data));
        if (data.Pairs.Count == 0 && data.Teachers.Count == 0)
            throw new ArgumentException("There is nothing to train on: neither pairs nor text features.", nameof(data));
        var preprocessing = _start.Preprocessing;
        var run = PretrainingRun.Create(_start, _options, data);
        using var network = _start.Build(_options.Seed, _device);
        network.train();
        using var contrastive = data.Pairs.Count > 0
            ? ContrastiveObjective.Create(_options.Loss, network, preprocessing, _options.Precision, _device)
            : null;
        using var distillations = new Distillations(network, data, _options, _device);
        List<ITrainingTerm> terms = [.. distillations.Terms];
        if (contrastive is not null)
            terms.Insert(0, new TrainingTerm<PairBatch>(contrastive, new PairBatches(data.Pairs, preprocessing, _options).From));
        var loop = new TrainingLoop(network, terms, _options.Loop)
        {
            ExamplesPerStep = contrastive is not null
                ? _options.BatchSize * _options.AccumulationSteps
                : _options.TeacherBatchSize * data.Teachers.Count,
            HeldOutAccuracy = data.HeldOut is { } images ? Evaluation(network, new HeldOutAccuracy(images, preprocessing, _device)) : null,
            Metadata = _start.Metadata(),
            Time = _time,
        };
        return loop.Run(run.Identity(), folder, progress, cancellation);
    }

    /// <summary>
    /// Evaluates the averaged weights in a network that shares their memory, leaving the trained network as it is.
    /// </summary>
    private static Func<EmaWeights?, double> Evaluation(ClipNetwork network, HeldOutAccuracy held) => average =>
    {
        using var teacher = network.Share(average?.Views());
        return held.Compute(teacher);
    };
}
