using System.Text.Json.Serialization;
using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="Plot"/>; how it learns is by default as in the published code: 50 epochs, of which the first
/// is the warm-up, of batches of 128, learning rate 0.002.
/// </summary>
public sealed record PlotOptions() : EpochOptions(epochs: 50, learningRate: 0.002, batchSize: 128, maxLearningRate: 10)
{
    /// <summary>N, prompts a class, 1 to 64. Default 4.</summary>
    public int Prompts { get; init; } = 4;

    /// <summary>M, learned tokens a prompt, the same for all classes, 1 to 64. Default 16.</summary>
    public int ContextTokens { get; init; } = 16;

    /// <summary>ε, the strength of the entropic regularisation, 0.01 to 100. Default 0.1.</summary>
    public double Entropy { get; init; } = 0.1;

    /// <summary>Sinkhorn's iterations, 1 to 10,000. Default 100: the published code's most.</summary>
    public int Iterations { get; init; } = 100;

    /// <summary>
    /// The momentum of stochastic gradient descent, 0 to 0.999. Default 0.9: as <see cref="CoOpOptions.Momentum"/>.
    /// </summary>
    [JsonPropertyOrder(OptimizerOrder)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>
    /// The weight decay, part of the gradient, 0 to 1. Default 0.0005: as <see cref="CoOpOptions.WeightDecay"/>.
    /// </summary>
    [JsonPropertyOrder(DecayOrder)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Prompts, 1, 64);
        Require(ContextTokens, 1, 64);
        Require(Entropy, 0.01, 100);
        Require(Iterations, 1, 10_000);
        Require(Momentum, 0, 0.999);
        Require(WeightDecay, 0, 1);
    }
}

/// <summary>
/// PLOT: G. Chen et al., "PLOT: Prompt Learning with Optimal Transport for Vision-Language Models", ICLR 2023, arXiv
/// 2210.01253: several learned prompts a class, which optimal transport matches with the patches of an image.
/// <code>
///  G_nc = unit(text tower(v_n1 … v_nM NAME_c "."))        [N, C, D]      v [N, M, W]
///  plan = the cheapest transport from patches to prompts  <see cref="Sinkhorn"/>, for each image and class
///  logits = s · Σ_pn plan_pn · V_p · G_nc                 V the image's patches [P, D]      [B, C]
///  loss = cross entropy(logits, labels)                   plans are constants; SGD with momentum, one epoch at 1e-5,
///                                                         then cosine to 0
/// </code>
/// Differences from the published code: every plan takes the same number of Sinkhorn's iterations, where there those of
/// a batch stop together, so that an image's logits depend on no other image; each epoch takes the next of the task's
/// cached views; the rate falls at every step, where there it falls by the epoch; single precision throughout. For
/// ImageNet the published code adds s times the cosine of the whole image and the mean prompt, which is left out here.
/// It is of ResNets; of a ViT the patches are taken in the same way here, where its authors have another method,
/// PLOT++, with batches of 32. The task's templates and the features of whole images are not used. Inductive.
/// </summary>
/// <param name="options">The prompts, the transport and how it learns.</param>
public sealed class Plot(PlotOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "plot";

    private const double Deviation = 0.02; // of the start, as CoOp's

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support | TaskParts.Names | TaskParts.TextTower | TaskParts.Patches;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var tower = task.Encoder!.TextTower!;
        using var generator = new Generator((ulong)options.Seed, task.Device);
        long[] shape = [options.Prompts, 1, options.ContextTokens, tower.Width];
        var start = randn(shape, device: task.Device, generator: generator).Mul(Deviation);
        var context = new Parameter(start); // v [N, 1, M, W]
        using var prompts = tower.Prompts(PromptSequence.OfClasses(task.Classes.PromptNames, options.ContextTokens, ContextPosition.End));
        using var optimizer = new Sgd([context], options.LearningRate, options.Momentum, weightDecay: options.WeightDecay);
        new FeatureTraining(options.Epochs, options.LearningRate, options.BatchSize, options.Seed, warmUpEpochs: 1)
            .Run(task, run, optimizer, (images, labels) =>
                task.CrossEntropy(Logits(images.Patches!, prompts.Encode(context), task.Classes.LogitScale, options), labels));
        return new Fitted(new Dictionary<string, Tensor>
        {
            [PlotClassifier.PromptsName] = prompts.Encode(context),
            [PlotClassifier.ContextName] = context,
        });
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new PlotClassifier(state, options);

    /// <summary>s · Σ plan · V G: [B, P, D] and [N, C, D] → [B, C].</summary>
    internal static Tensor Logits(Tensor patches, Tensor prompts, float logitScale, PlotOptions options)
    {
        var cosines = einsum("bpd,ncd->bcpn", patches, prompts); // [B, C, P, N]
        var plan = Sinkhorn.TransportPlan(cosines.detach().SubFrom(1), options.Entropy, options.Iterations);
        return (plan * cosines).sum([2, 3]).Mul(logitScale);
    }
}

/// <summary>Prompts of each class that an image's patches are transported to.</summary>
internal sealed class PlotClassifier : FewShotClassifier
{
    internal const string PromptsName = "prompts", ContextName = "context";

    private const long MaxNumbers = 1 << 23; // bounds the memory of the plans

    private readonly PlotOptions _options;
    private readonly Tensor _prompts; // [N, C, D]
    private readonly Tensor _context; // [N, 1, M, W]

    internal PlotClassifier(ClassifierState state, PlotOptions options) : base(state)
    {
        _options = options;
        _prompts = state.Take(PromptsName, ScalarType.Float32, options.Prompts, state.ClassCount, state.FeatureWidth);
        _context = state.Take(ContextName, ScalarType.Float32, options.Prompts, 1, options.ContextTokens, -1);
    }

    public override FeatureKinds Needs => FeatureKinds.Patches;

    /// <summary>
    /// All logits come from the class prompts: one part, so that a weighted sum of methods can be decomposed.
    /// </summary>
    public override bool HasParts => true;

    protected override Tensor LogitsCore(ImageFeatures images)
    {
        var numbers = _prompts.shape[0] * _prompts.shape[1] * images.Patches!.shape[1]; // of one image's plans
        return cat([.. images.Split(Math.Max(1, MaxNumbers / numbers))
            .Select(some => Plot.Logits(some.Patches!, _prompts, State.LogitScale, _options))]);
    }

    protected override Explanation ExplainCore(ImageFeatures images) => new(LogitsCore(images));

    /// <summary>The shared contexts encode novel class names, where there is a text tower.</summary>
    protected override FewShotClassifier? TransferCore(ClassSet classes)
    {
        if (classes.TextTower is null)
            return null;
        using var prompts = classes.TextTower.Prompts(
            PromptSequence.OfClasses(classes.PromptNames, _options.ContextTokens, ContextPosition.End));
        return new PlotClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { [PromptsName] = prompts.Encode(_context) }),
            _options);
    }
}
