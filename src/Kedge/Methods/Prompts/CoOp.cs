using System.Text.Json.Serialization;
using Kedge.Clip.Prompts;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="CoOp"/>; how it learns is by default as in the published code: batches
/// of 32, learning rate 0.002.
/// </summary>
public record CoOpOptions() : LearningOptions(learningRate: 0.002, batchSize: 32, maxLearningRate: 10)
{
    /// <summary>
    /// M, learned tokens a prompt, 1 to 64; as many as <see cref="Start"/> has tokens where
    /// words are given. Default 16.
    /// </summary>
    public int ContextTokens { get; init; } = 16;

    /// <summary>Whether each class learns a context of its own. Default no: one for all.</summary>
    public bool ClassSpecific { get; init; }

    /// <summary>Where the class name stands. Default at the end.</summary>
    public ContextPosition Position { get; init; }

    /// <summary>
    /// Words whose embeddings the context starts from, such as "a photo of a". Default
    /// <see langword="null"/>: noise of N(0, 0.02²).
    /// </summary>
    public string? Start { get; init; }

    /// <summary>
    /// The momentum of stochastic gradient descent, 0 to 0.999. Default 0.9: that of the training framework that the
    /// published code stands on.
    /// </summary>
    [JsonPropertyOrder(OptimizerOrder)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// The weight decay, part of the gradient, 0 to 1. Default 0.0005: the framework's, as <see cref="Momentum"/>.
    /// </summary>
    [JsonPropertyOrder(DecayOrder)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>
    /// Passes over the support set, 0 to 100,000, of which the first is the warm-up. Default none: 50 at 1 shot a class
    /// (their mean), 100 up to 4, 200 above, as published; the paper takes 50 for ImageNet.
    /// </summary>
    [JsonPropertyOrder(LengthOrder)]
    public int? Epochs { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(ContextTokens, 1, 64);
        Require(Momentum, 0, 0.999);
        Require(WeightDecay, 0, 1);
        Require(Epochs ?? 0, 0, 100_000, nameof(Epochs));
    }
}

/// <summary>
/// CoOp: K. Zhou et al., "Learning to Prompt for Vision-Language Models", IJCV 2022, arXiv 2109.01134: learned context
/// tokens in place of a template, through CLIP's frozen text tower.
/// <code>
///     t_c = unit(text tower(v_1 … v_M NAME_c "."))              [C, D]      v [M, W], or [C, M, W] class-specific
///     loss = cross entropy(logits, labels)                      SGD with momentum, one epoch at 1e-5, then cosine to 0
///     logits = s · f Tᵀ                                         [B, C]
/// </code>
/// Differences from the published code: each epoch takes the next of the task's cached views, where there it draws new
/// random crops; the rate falls at every step, where there it falls by the epoch; single precision throughout. The
/// task's templates are not used. 0 epochs from the words of a template are zero-shot with that template. Inductive.
/// </summary>
/// <param name="options">The context and how it is learned.</param>
public sealed class CoOp(CoOpOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "coop";

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.TextTower;

    /// <summary>Where the context is shared; a class's own would have to be learned with its images at hand.</summary>
    public override bool Continues => !options.ClassSpecific;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) => new LearnedContext(Name, options).Fit(task, run, Loss);

    /// <inheritdoc/>
    protected override Fitted ContinueCore(ClassifierState learned, FewShotTask task, FitRun run) =>
        new LearnedContext(Name, options).Fit(task, run, Loss, learned);

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new CoOpClassifier(state, options.Position);

    /// <summary>Cross entropy of a batch.</summary>
    internal static Tensor Loss(ContextBatch batch) => batch.Task.CrossEntropy(
        ZeroShot.Logits(batch.Images.Image, batch.Prompts.Encode(batch.Context).squeeze(0), batch.Task.Classes.LogitScale), batch.Labels);
}

/// <summary>The learned class features; a shared context encodes novel classes too.</summary>
internal sealed class CoOpClassifier : LinearClassifier
{
    internal const string ContextName = "context";

    private readonly ContextPosition _position;
    private readonly Tensor? _context; // [1, 1, M, W]

    internal CoOpClassifier(ClassifierState state, ContextPosition position) : base(state)
    {
        _position = position;
        _context = state.Tensors.ContainsKey(ContextName) ? state.Take(ContextName, ScalarType.Float32, 1, 1, -1, -1) : null;
    }

    protected override FewShotClassifier? TransferCore(ClassSet classes)
    {
        if (_context is null || classes.TextTower is null)
            return null;
        using var prompts = classes.TextTower.Prompts(PromptSequence.OfClasses(classes.PromptNames, (int)_context.shape[2], _position));
        return new CoOpClassifier(
            State.Transfer(classes, new Dictionary<string, Tensor> { [WeightName] = prompts.Encode(_context).squeeze(0) }), _position);
    }
}
