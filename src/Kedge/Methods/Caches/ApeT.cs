using System.Text.Json.Serialization;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Optimisation;
using Kedge.Runtime;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="ApeT"/>; how it learns is by default as in the published code: 30 epochs of batches of 256,
/// learning rate 0.0001, which that takes for Food101, ImageNet, Oxford Pets and SUN397; for the others it has 0.001.
/// </summary>
public sealed record ApeTOptions() : EpochOptions(epochs: 30, learningRate: 1e-4, batchSize: 256)
{
    /// <summary>
    /// The part of the D channels that is learned, above 0 to 1. Default 0.8, the median of the published code's data
    /// sets (500 to 900 of RN50's 1,024).
    /// </summary>
    public double Channels { get; init; } = 0.8;

    /// <summary>
    /// How much similarity between classes counts against variance when channels are ranked, 0 to 1. Default 0.2.
    /// </summary>
    public double SimilarityWeight { get; init; } = 0.2;

    /// <summary>
    /// α, the weight of the cache against zero-shot, 0 to 1000. Default none: 1 while learning, then chosen on held-out
    /// shots where there are any.
    /// </summary>
    public double? Alpha { get; init; }

    /// <summary>
    /// β, the sharpness of the affinity exp(−β (1 − cos)) of images and keys, 0 to 1000. Default none: 1 while
    /// learning, then of 1, 2, 4 and 7 on held-out shots where there are any.
    /// </summary>
    public double? Beta { get; init; }

    /// <summary>AdamW's ε, above 0 to 1. Default 0.001.</summary>
    [JsonPropertyOrder(OptimizerOrder)]
    public double Epsilon { get; init; } = 1e-3;

    /// <summary>AdamW's weight decay, 0 to 1. Default 0.1.</summary>
    [JsonPropertyOrder(DecayOrder)]
    public double WeightDecay { get; init; } = 0.1;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Channels, 1e-6, 1);
        Require(SimilarityWeight, 0, 1);
        Require(Alpha ?? 0, 0, 1000, nameof(Alpha));
        Require(Beta ?? 0, 0, 1000, nameof(Beta));
        Require(Epsilon, double.Epsilon, 1);
        Require(WeightDecay, 0, 1);
    }
}

/// <summary>
/// APE-T: the learned variant of the paper of <see cref="Ape"/> (arXiv 2304.01195). A residual for each class, on the
/// discriminative channels (<see cref="ApeChannels"/>, by the class features alone), is added to its class feature and
/// to its keys.
/// <code>
///     t'_c = t_c + r_c,  f'_n = f_n + r of n's class       r [C, Q] on the channels, from 0
///     logits = s · f T'ᵀ + α · exp(−β (1 − f F'ᵀ)) diag(v) Y       v [N] from 1, or the weights
///                                                          of uneven classes
///     loss = cross entropy(logits, labels)                 AdamW, cosine to 0 over all steps
/// </code>
/// Differences from the published code: without a validation set α and β are chosen on held-out shots
/// (<see cref="HeldOutShots"/>) by a fit on the others, then all shots are learned from; the last epoch is kept, where
/// it keeps the best on that set; it starts at an α of 0.8 to 5 and has other rates, ε and numbers of channels and
/// epochs by data set; the channels are those of the class features alone, as its function has it by default (as
/// released it takes over APE's, of class features and keys, which cannot run where the two numbers differ); each epoch
/// takes the next of the task's cached views. 0 epochs are Tip-Adapter of this α and β, bit for bit. Inductive.
/// </summary>
/// <param name="options">Channels, α, β and how it learns.</param>
public sealed class ApeT(ApeTOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "ape-t";

    private const double InitialBeta = 1; // where the published code learns
    private static readonly double[] Betas = [1, 2, 4, 7]; // within the published search

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var given = options is { Alpha: { }, Beta: { } };
        var set = given ? null : task.Validation;
        var held = given || set is not null ? null : HeldOutShots.HoldOut(task);
        var (alpha, beta) = held is null ? Initial : Choose(task, held, run);
        var learned = Learn(task, run);
        if (set is not null)
            (alpha, beta) = Choose(task, set, learned, run);
        return ApeClassifier.CreateFitted(task, learned.Names, learned.Keys, learned.Values.Mul(alpha), channels: null,
            set is not null ? ValidationSearch.Selection(set)
                : held is null ? Fitted.NothingSelected
                : Fitted.SupportSet, new ApeDetails(alpha, beta));
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new ApeClassifier(state);

    private (double Alpha, double Beta) Initial => (options.Alpha ?? KeyValueCache.InitialAlpha, options.Beta ?? InitialBeta);

    private Learned Learn(FewShotTask task, FitRun run)
    {
        var (start, (alpha, beta)) = (task.Support.MeanOverViews(), Initial); // F [N, D]
        var channels =
            ApeChannels.Select(task.Classes.Features, keys: null, labels: null, options.Channels, options.SimilarityWeight); // [Q]
        var residuals = new Parameter(zeros(task.Classes.Count, channels.shape[0], device: task.Device)); // r [C, Q]
        var values = new Parameter(ClassBalance.Weights(task) ?? ones(task.Support.Count, device: task.Device)); // v [N]
        using var optimizer = new AdamW([residuals, values], options.LearningRate, options.Epsilon, options.WeightDecay);
        new FeatureTraining(options.Epochs, options.LearningRate, options.BatchSize, options.Seed)
            .Run(task, run, optimizer, (images, labels) =>
            {
                var adapted = Adapted();
                var zeroShot = ZeroShot.Logits(images.Image, adapted.Names, task.Classes.LogitScale);
                return task.CrossEntropy(zeroShot.Add(CacheLogits(images.Image, adapted, task, beta).Mul(alpha)), labels);
            });
        return Adapted();

        Learned Adapted() => new(task.Classes.Features.IndexAdd(1, channels, residuals),
            start.IndexAdd(1, channels, residuals.index_select(0, task.Support.Labels)), values);
    }

    private (double Alpha, double Beta) Choose(FewShotTask task, LabelledFeatures set, Learned learned, FitRun run)
    {
        using var noGrad = no_grad();
        var images = set.Images.Image;
        var zeroShot = ZeroShot.Logits(images, learned.Names, task.Classes.LogitScale); // [H, C]
        var chosen = ValidationSearch.Best(set, run,
            ValidationSearch.Values(options.Beta, Betas), beta =>
                FitMemory.InBlocks(images, task.Support.Count, some => CacheLogits(some, learned, task, beta)),
            ValidationSearch.Values(options.Alpha, Ape.Alphas), (cache, alpha) => zeroShot.Add(cache.Mul(alpha)));
        return (chosen.Inner, chosen.Outer);
    }

    private (double Alpha, double Beta) Choose(FewShotTask task, HeldOutShots held, FitRun run)
    {
        var rest = held.Rest(task);
        var learned = Learn(rest, run);
        using var noGrad = no_grad();
        var images = task.Support.MeanOverViews().index_select(0, held.Held); // [H, D]
        var zeroShot = ZeroShot.Logits(images, learned.Names, task.Classes.LogitScale); // [H, C]
        return (options.Beta is { } given ? [given] : Betas).Select(beta =>
        {
            var cache = FitMemory.InBlocks(images, rest.Support.Count, some => CacheLogits(some, learned, rest, beta)); // [H, C]
            var (alpha, loss) = KeyValueCache.ChooseAlpha(zeroShot, cache, held.Labels, held.Weights, options.Alpha);
            return (Loss: loss, Chosen: (alpha, beta));
        }).MinBy(found => found.Loss).Chosen;
    }

    /// <summary>exp(−β (1 − f F'ᵀ)) diag(v) Y: [B, C].</summary>
    private static Tensor CacheLogits(Tensor f, Learned learned, FewShotTask task, double beta) =>
        KeyValueCache.ByClass(TipAdapter.Affinity(f, learned.Keys, beta) * learned.Values, task.Support.Labels, task.Classes.Count);

    /// <summary>T' [C, D], F' [N, D] and v [N].</summary>
    private sealed record Learned(Tensor Names, Tensor Keys, Tensor Values);
}
