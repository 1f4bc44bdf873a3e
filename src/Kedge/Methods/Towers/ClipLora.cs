using System.Text.Json.Serialization;
using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Clip.Towers;
using Kedge.FewShot;
using Kedge.Optimisation;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="ClipLora"/>; how it learns is by default as in the published code: batches of
/// 32, learning rate 0.0002.
/// </summary>
public sealed record ClipLoraOptions() : LearningOptions(learningRate: 2e-4, batchSize: 32)
{
    /// <summary>r, the rank of the updates, 0 to 64; 0 is zero-shot. Default 2.</summary>
    public int Rank { get; init; } = 2;

    /// <summary>α, 0 to 1000: updates are α ÷ √r times B A. Default 1.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>The dropout probability of the inputs of A, 0 to 0.99. Default 0.25.</summary>
    public double Dropout { get; init; } = 0.25;

    /// <summary>AdamW's weight decay, 0 to 1. Default 0.01.</summary>
    [JsonPropertyOrder(DecayOrder)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>
    /// Steps, 0 to 1,000,000; 0 is zero-shot. Default none: 500 times the shots of a class (their mean), as published.
    /// </summary>
    [JsonPropertyOrder(LengthOrder)]
    public int? Steps { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Rank, 0, 64);
        Require(Alpha, 0, 1000);
        Require(Dropout, 0, 0.99);
        Require(WeightDecay, 0, 1);
        Require(Steps ?? 0, 0, 1_000_000, nameof(Steps));
    }
}

/// <summary>
/// CLIP-LoRA: M. Zanella and I. Ben Ayed, "Low-Rank Few-Shot Adaptation of Vision-Language Models", CVPR-W 2024,
/// arXiv 2405.18541: low-rank updates of the queries, keys and values of the attention in both towers (E. Hu et al.,
/// "LoRA", 2021, arXiv 2106.09685).
/// <code>
///  W' = W + α/√r · B A                     A [r, in] uniform in ±1/√in at the start, B [out, r] from 0;
///                                          dropout on the inputs of A
///  f = unit(image tower'(image))           t_c = unit(mean over templates of unit(text tower'(template of NAME_c)))
///  loss = cross entropy(s · f Tᵀ, labels)  AdamW, cosine to 0
///  logits = s · f Tᵀ                       [B, C], dropout off, the updates merged into the weights
/// </code>
/// Differences from the published code: a ResNet's image tower is adapted in its attention pooling, the only attention
/// it has, and one of basic blocks, which has none, not at all, where the paper adapts ViTs alone; all of the task's
/// templates are averaged, where there the first one is taken; the rate falls to 0, where there it ends at 1e-6; each
/// epoch takes the next of the task's views, where there it draws new random crops; single precision throughout. 0
/// steps and rank 0 are zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">The updates and how they are learned.</param>
public sealed class ClipLora(ClipLoraOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "clip-lora";

    private const int StepsAShot = 500;

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.Towers;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var steps = options.Steps ?? (int)Math.Ceiling((double)StepsAShot * task.Support.Count / task.Classes.Count);
        if (steps == 0 || options.Rank == 0)
            return ClipLoraClassifier.CreateFitted(task.Classes.Features, updates: null);
        using var generator = new Generator((ulong)options.Seed, task.Device);
        var updates = new WeightUpdates(task.Encoder!.Images!.Projections.ToDictionary(
            projection => projection.Name, projection => (WeightUpdate)Start(projection, task.Device, generator)));
        Learn(task, run, updates, steps, generator);
        using var noGrad = no_grad();
        using var towers = task.Encoder.Images.Adapt(updates);
        return ClipLoraClassifier.CreateFitted(ClassFeatures(towers, task), updates);
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new ClipLoraClassifier(state);

    private void Learn(FewShotTask task, FitRun run, WeightUpdates updates, int steps, Generator generator)
    {
        using var towers = task.Encoder!.Images!.Adapt(updates, options.Dropout > 0 ? Drop : null);
        var factors = updates.ByWeight.Values.Cast<LowRankUpdate>()
            .SelectMany(update => new[] { (Parameter)update.Down, (Parameter)update.Up });
        using var optimizer = new AdamW(factors, options.LearningRate, weightDecay: options.WeightDecay);
        var schedule = new CosineSchedule(options.LearningRate, steps);
        var batches = Minibatches.Draw(Enumerable.Range(0, task.Support.Count).Select(row => (long)row), options.BatchSize, options.Seed);
        foreach (var (step, (epoch, rows)) in batches.Take(steps).Index())
        {
            using var scope = NewDisposeScope();
            var labels = task.Support.Labels.index_select(0, tensor(rows, device: task.Device));
            var loss = task.CrossEntropy(ZeroShot.Logits(towers.EncodeSupport(epoch % task.Support.Views, rows),
                ClassFeatures(towers, task), task.Classes.LogitScale), labels);
            optimizer.ParamGroups.Single().LearningRate = schedule.At(step);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            run.Report(step + 1, steps, loss.item<float>());
        }

        Tensor Drop(Tensor inputs) =>
            (inputs * rand(inputs.shape, device: inputs.device, generator: generator).Ge(options.Dropout)).Div(1 - options.Dropout);
    }

    private LowRankUpdate Start(AttentionProjection projection, Device device, Generator generator)
    {
        var down = rand([projection.Parts, options.Rank, projection.Inputs], device: device, generator: generator)
            .Mul_(2).Sub_(1).Div_(Math.Sqrt(projection.Inputs));
        return new(new Parameter(down), new Parameter(zeros([projection.Parts, projection.Outputs, options.Rank], device: device)),
            options.Alpha / Math.Sqrt(options.Rank));
    }

    /// <summary>T [C, D] of the towers as they are now.</summary>
    private static Tensor ClassFeatures(IAdaptedTowers towers, FewShotTask task) =>
        PromptEnsemble.Encode(
            task.Classes.PromptNames, [.. task.Classes.Templates.Select(text => new PromptTemplate(text))], towers.EncodeText);
}
