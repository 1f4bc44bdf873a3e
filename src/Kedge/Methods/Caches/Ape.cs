using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Ape"/>.</summary>
public sealed record ApeOptions : MethodOptions
{
    /// <summary>
    /// The part of the D channels that is kept, above 0 to 1. Default 0.7, the median of the published code's data sets
    /// (400 to 800 of RN50's 1,024).
    /// </summary>
    public double Channels { get; init; } = 0.7;

    /// <summary>
    /// How much similarity between classes counts against variance when channels are ranked, 0 to 1. Default
    /// 0.5: the median of the same.
    /// </summary>
    public double SimilarityWeight { get; init; } = 0.5;

    /// <summary>
    /// α, the weight of the cache against zero-shot, 0 to 1000. Default none: chosen on a validation set (of 20 values
    /// from 0.1 to 7, as published for most data sets) where the task brings one, else on left-out support images; at
    /// one shot 1, the published start of four data sets.
    /// </summary>
    public double? Alpha { get; init; }

    /// <summary>
    /// β, the sharpness of the affinity exp(−β (1 − cos)) of images and keys, 0 to 1000. Default none: of 24 values
    /// from 0.1 to 7 on a validation set (published: 200), of 1, 2, 4 and 7 on left-out support images; at one shot
    /// 1, the published start.
    /// </summary>
    public double? Beta { get; init; }

    /// <summary>
    /// γ, how strongly a key's weight grows with the divergence of zero-shot's prediction from its label, 0 to 100.
    /// Default none: of 0, 0.1, 0.2 … 1 on a validation set (published: 20 values), of 0, 0.1, 0.3 and 1 on left-out
    /// support images; at one shot 0.1, the published start.
    /// </summary>
    public double? Gamma { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Channels, 1e-6, 1);
        Require(SimilarityWeight, 0, 1);
        Require(Alpha ?? 0, 0, 1000, nameof(Alpha));
        Require(Beta ?? 0, 0, 1000, nameof(Beta));
        Require(Gamma ?? 0, 0, 100, nameof(Gamma));
    }
}

/// <summary>
/// APE: X. Zhu et al., "Not All Features Matter: Enhancing Few-shot CLIP with Adaptive Prior Refinement", ICCV 2023,
/// arXiv 2304.01195: Tip-Adapter on the most discriminative channels (<see cref="ApeChannels"/>), with larger weights
/// for keys that zero-shot misclassifies.
/// <code>
///     f', F', T' = unit(f, F, T on the channels kept)
///     v_n = exp(γ log₂ ((1 + 1e-6) / (p_n + 1e-6))),  p_n = softmax_c(F' T'ᵀ) of n's own class       [N]
///     logits = s · f Tᵀ + α · exp(−β (1 − f' F'ᵀ)) diag(v) Y                                         [B, C]
/// </code>
/// Where classes are uneven, v is multiplied by the keys' weights, as in <see cref="TipAdapter"/>.
/// Nothing is learned by steps. Differences from the published code: without a validation set α, β and γ are those of
/// the least leave-one-out cross entropy on the support images of classes with two or more, α by stacking
/// (<see cref="Stacking"/>); the number of channels, the weight of their two criteria and the ends of the search are
/// the same for all data sets, where it has others for each; it adds sentences by a language model to the templates,
/// which is the task's affair here; an image's views are averaged as unit features, where there they are raw. α = 0 is
/// zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">Channels, α, β and γ.</param>
public sealed class Ape(ApeOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "ape";

    private const double PublishedBeta = 1, PublishedGamma = 0.1; // where the published search starts
    private const double Small = 1e-6;

    /// <summary>The search on a validation set, up to the published ends of most data sets.</summary>
    private static readonly double[] Betas = ValidationSearch.Evenly(0.1, 7, 24),
        Gammas = [0, .. ValidationSearch.Evenly(0.1, 1, 10)];

    private static readonly double[] BetasToLeaveOut = [1, 2, 4, 7], GammasToLeaveOut = [0, 0.1, 0.3, 1];

    /// <summary>Of APE and APE-T: the published ends and number of values.</summary>
    internal static readonly double[] Alphas = ValidationSearch.Evenly(0.1, 7, 20);

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var keys = task.Support.MeanOverViews(); // F [N, D]
        var given = options is { Alpha: { }, Beta: { }, Gamma: { } };
        var set = given ? null : task.Validation;
        var rows = given || set is not null ? null : KeyValueCache.RowsToLeaveOut(task);
        var channels = ApeChannels.Select(task.Classes.Features, keys, task.Support.Labels, options.Channels, options.SimilarityWeight);
        var leaveOut = rows is not null && rows.shape[0] > 0;
        var (alpha, beta, gamma) = set is not null ? Choose(task, keys, set, channels, run)
            : leaveOut ? Choose(task, keys, rows!, channels, run)
            : (options.Alpha ?? KeyValueCache.InitialAlpha, options.Beta ?? PublishedBeta, options.Gamma ?? PublishedGamma);
        var values = ClassBalance.Weighted( // α v [N]
            Divergences(task.Classes.Features, keys, task.Support.Labels, channels).Mul(gamma).exp(),
            ClassBalance.Weights(task)).Mul(alpha);
        return ApeClassifier.CreateFitted(task, task.Classes.Features, keys, values, channels, set is not null
            ? ValidationSearch.Selection(set)
            : leaveOut ? Fitted.SupportSet : Fitted.NothingSelected, new ApeDetails(alpha, beta, gamma));
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new ApeClassifier(state);

    /// <summary>exp(−β (1 − f' F'ᵀ)): [B, D], [N, D], [Q] → [B, N].</summary>
    internal static Tensor Affinity(Tensor f, Tensor keys, Tensor channels, double beta) =>
        TipAdapter.Affinity(f.index_select(1, channels).Unit(), keys.index_select(1, channels).Unit(), beta);

    /// <summary>
    /// The KL divergence of zero-shot's prediction from each key's one-hot label, in bits: log₂ ((1 + 1e-6) / (p_n +
    /// 1e-6)), [N].
    /// </summary>
    private static Tensor Divergences(Tensor classFeatures, Tensor keys, Tensor labels, Tensor channels)
    {
        var p = F.softmax(keys.index_select(1, channels).Unit().matmul(classFeatures.index_select(1, channels).Unit().t()), 1); // [N, C]
        return p.gather(1, labels.unsqueeze(1)).squeeze(1).Add(Small).log2().SubFrom(Math.Log2(1 + Small));
    }

    private (double Alpha, double Beta, double Gamma) Choose(
        FewShotTask task, Tensor keys, LabelledFeatures set, Tensor channels, FitRun run)
    {
        var images = set.Images.Image;
        var divergences = Divergences(task.Classes.Features, keys, task.Support.Labels, channels);
        var zeroShot = ZeroShot.Logits(images, task.Classes.Features, task.Classes.LogitScale); // [H, C]
        (double Beta, double Gamma)[] outer = [.. from beta in ValidationSearch.Values(options.Beta, Betas)
            from gamma in ValidationSearch.Values(options.Gamma, Gammas) select (beta, gamma)];
        var ((b, g), a) = ValidationSearch.Best(set, run,
            outer, at => FitMemory.InBlocks(images, keys.shape[0], some =>
                KeyValueCache.ByClass(Affinity(some, keys, channels, at.Beta)
                    * ClassBalance.Weighted(divergences.Mul(at.Gamma).exp(), ClassBalance.Weights(task)),
                    task.Support.Labels, task.Classes.Count)),
            ValidationSearch.Values(options.Alpha, Alphas), (cache, alpha) => zeroShot.Add(cache.Mul(alpha)));
        return (a, b, g);
    }

    private (double Alpha, double Beta, double Gamma) Choose(FewShotTask task, Tensor keys, Tensor rows, Tensor channels, FitRun run)
    {
        var (images, labels) = (keys.index_select(0, rows), task.Support.Labels.index_select(0, rows));
        var divergences = Divergences(task.Classes.Features, keys, task.Support.Labels, channels);
        var zeroShot = ZeroShot.Logits(images, task.Classes.Features, task.Classes.LogitScale); // [R, C]
        var shots = tensor(task.CountShots().ToArray(), dtype: ScalarType.Float32, device: task.Device);
        var tried = from beta in ValidationSearch.Values(options.Beta, BetasToLeaveOut)
                    from gamma in ValidationSearch.Values(options.Gamma, GammasToLeaveOut)
                    select (beta, gamma);
        return tried.Select(pair =>
        {
            using var scope = NewDisposeScope();
            run.Cancellation.ThrowIfCancellationRequested();
            var values = ClassBalance.Weighted( // v [N], and what a key says of itself
                divergences.Mul(pair.gamma).exp(), ClassBalance.Weights(task));
            var cache = FitMemory.InBlocks(images, keys.shape[0], some =>
                KeyValueCache.ByClass(Affinity(some, keys, channels, pair.beta) * values, task.Support.Labels, task.Classes.Count));
            var leftOut = KeyValueCache.LeaveOneOut(cache, values.index_select(0, rows), labels, shots); // [R, C]
            var (alpha, loss) = KeyValueCache.ChooseAlpha(
                zeroShot, leftOut, labels, ClassBalance.Weights(task, labels), options.Alpha);
            return (Loss: loss, Chosen: (alpha, pair.beta, pair.gamma));
        }).MinBy(found => found.Loss).Chosen;
    }
}
