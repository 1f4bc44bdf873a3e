using System.Text.Json;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Options of <see cref="TipAdapter"/>.</summary>
public sealed record TipAdapterOptions : MethodOptions
{
    /// <summary>
    /// α, the weight of the cache against zero-shot, 0 to 1000. Default none: searched where the task brings a
    /// validation set; else chosen on left-out support images; at one shot 1, the best of the paper's ablation
    /// (ImageNet, RN50, 16 shots).
    /// </summary>
    public double? Alpha { get; init; }

    /// <summary>
    /// β, the sharpness of the affinity exp(−β (1 − cos)) of images and keys, 0 to 1000. Default none: searched
    /// likewise, of 1, 2, 3.5, 5.5, 8 and 11 on left-out support images; at one shot 5.5, the best of the ablation.
    /// </summary>
    public double? Beta { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Alpha ?? 0, 0, 1000, nameof(Alpha));
        Require(Beta ?? 0, 0, 1000, nameof(Beta));
    }
}

/// <summary>
/// Tip-Adapter: R. Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification",
/// ECCV 2022, arXiv 2207.09519.
/// <code>
///     F = unit(mean over the views of the support features)      keys      [N, D]
///     Y = one-hot labels                                         values    [N, C]
///     logits = s · f Tᵀ + α · exp(−β (1 − f Fᵀ)) Y                         [B, C]
/// </code>
/// Where classes are uneven, the keys are weighted so that those of each class count as much in all
/// (<see cref="ClassBalance"/>): else a class's logit grows with its images.
/// Nothing is learned. α and β are searched where the task brings a validation set, on the published numbers of values
/// (β 200, α 20, from 0.1) with ends that hold all its data sets' but two: 13 for β and 5 for α, where it has 7 and 3
/// for most, 12 and 5 for Caltech101, 13 and 13 for DTD, 30 and 30 for Aircraft, 50 and 50 for Flowers102. Differences
/// from the published code: without one α and β have the least leave-one-out cross entropy on the support images of
/// classes with two or more, α by stacking (<see cref="Stacking"/>), where it searches for ImageNet on the test set; an
/// image's views are averaged as unit features, where there they are raw. α = 0 is zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">α and β.</param>
public sealed class TipAdapter(TipAdapterOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "tip-adapter";

    internal const double PublishedAlpha = 1, PublishedBeta = 5.5;

    /// <summary>The search on a validation set.</summary>
    internal static readonly double[] Alphas = ValidationSearch.Evenly(0.1, 5, 20), Betas = ValidationSearch.Evenly(0.1, 13, 200);

    private static readonly double[] BetasToLeaveOut = [1, 2, 3.5, PublishedBeta, 8, 11];

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var (keys, rows) = (task.Support.MeanOverViews(), KeyValueCache.RowsToLeaveOut(task));
        if (task.Validation is not null || options is { Alpha: { }, Beta: { } } || rows.shape[0] == 0)
            return TipAdapterClassifier.CreateFitted(task, keys, options.Alpha, options.Beta, run);
        var (alpha, beta) = Choose(task, keys, rows, run);
        return TipAdapterClassifier.CreateFitted(task, keys, alpha, beta, run) with { Selection = Fitted.SupportSet };
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new TipAdapterClassifier(state, options.Alpha, options.Beta);

    private (double Alpha, double Beta) Choose(FewShotTask task, Tensor keys, Tensor rows, FitRun run)
    {
        var (images, labels) = (keys.index_select(0, rows), task.Support.Labels.index_select(0, rows));
        var zeroShot = ZeroShot.Logits(images, task.Classes.Features, task.Classes.LogitScale); // [R, C]
        var shots = tensor(task.CountShots().ToArray(), dtype: ScalarType.Float32, device: task.Device);
        var weights = ClassBalance.Weights(task);
        var self = weights?.index_select(0, rows) ?? ones(rows.shape[0], device: task.Device); // a key's say of itself
        return ValidationSearch.Values(options.Beta, BetasToLeaveOut).Select(beta =>
        {
            using var scope = NewDisposeScope();
            run.Cancellation.ThrowIfCancellationRequested();
            var cache = FitMemory.InBlocks(images, keys.shape[0],
                some => KeyValueCache.ByClass( // [R, C]
                    ClassBalance.Weighted(Affinity(some, keys, beta), weights), task.Support.Labels, task.Classes.Count));
            var (alpha, loss) = KeyValueCache.ChooseAlpha(zeroShot,
                KeyValueCache.LeaveOneOut(cache, self, labels, shots), labels, ClassBalance.Weights(task, labels), options.Alpha);
            return (Loss: loss, Chosen: (alpha, beta));
        }).MinBy(found => found.Loss).Chosen;
    }

    /// <summary>s · f Tᵀ + α · exp(−β (1 − f Fᵀ)) Y, with Y as labels: the one-hot matrix is never made.</summary>
    /// <param name="f">Unit image features [B, D].</param>
    /// <param name="classFeatures">T [C, D].</param>
    /// <param name="keys">F [N, D].</param>
    /// <param name="labels">The class of each key [N], int64.</param>
    /// <param name="logitScale">s.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β.</param>
    /// <param name="weights">The weight of each key [N]; null for 1.</param>
    /// <returns>[B, C].</returns>
    internal static Tensor Logits(Tensor f, Tensor classFeatures, Tensor keys, Tensor labels, float logitScale, double alpha, double beta,
        Tensor? weights = null)
    {
        var zeroShot = ZeroShot.Logits(f, classFeatures, logitScale);                   // [B, C]
        var affinity = ClassBalance.Weighted(Affinity(f, keys, beta), weights);        // [B, N]
        return zeroShot.Add(KeyValueCache.ByClass(affinity, labels, classFeatures.shape[0]).Mul(alpha)); // [B, C]
    }

    /// <summary>exp(−β (1 − f Fᵀ)): [B, D], [N, D] → [B, N].</summary>
    internal static Tensor Affinity(Tensor f, Tensor keys, double beta) => f.matmul(keys.t()).Sub(1).Mul(beta).exp();
}

/// <summary>A cache of keys beside the class features; of both Tip-Adapter and Tip-Adapter-F.</summary>
internal sealed class TipAdapterClassifier : FewShotClassifier
{
    private const string WeightsName = "weights";

    private readonly double _alpha, _beta;
    private readonly Tensor _classFeatures, _keys, _labels;
    private readonly Tensor? _weights; // [N]

    internal TipAdapterClassifier(ClassifierState state, double? alpha, double? beta) : base(state)
    {
        (_alpha, _beta) =
            (state.ReadNumber("alpha", alpha ?? TipAdapter.PublishedAlpha), state.ReadNumber("beta", beta ?? TipAdapter.PublishedBeta));
        _classFeatures = state.Take("class_features", ScalarType.Float32, ClassNames.Count, FeatureWidth);
        _keys = state.Take("keys", ScalarType.Float32, -1, FeatureWidth);
        _labels = state.TakeLabels("labels", _keys.shape[0]);
        _weights = state.Tensors.ContainsKey(WeightsName) ? state.Take(WeightsName, ScalarType.Float32, _keys.shape[0]) : null;
        Support = StoredSupport.Read(state, _keys, _labels);
    }

    public override StoredSupport Support { get; }

    public override bool HasParts => true;

    /// <summary>
    /// What a fit returns, α and β searched where neither is given and the task brings a validation set.
    /// </summary>
    internal static Fitted CreateFitted(FewShotTask task, Tensor keys, double? alpha, double? beta, FitRun run)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["class_features"] = task.Classes.Features,
            ["keys"] = keys,
            ["labels"] = task.Support.Labels,
        };
        var weights = ClassBalance.Weights(task);
        if (weights is not null)
            tensors[WeightsName] = weights;
        if (task.Validation is not { } set || (alpha is not null && beta is not null))
            return CreateFitted(alpha ?? TipAdapter.PublishedAlpha, beta ?? TipAdapter.PublishedBeta, Fitted.NothingSelected);
        var images = set.Images.Image;
        var zeroShot = ZeroShot.Logits(images, task.Classes.Features, task.Classes.LogitScale); // [H, C]
        var chosen = ValidationSearch.Best(set, run,
            ValidationSearch.Values(beta, TipAdapter.Betas), b => FitMemory.InBlocks(images,
                keys.shape[0], some => KeyValueCache.ByClass(
                    ClassBalance.Weighted(TipAdapter.Affinity(some, keys, b), weights), task.Support.Labels, task.Classes.Count)),
            ValidationSearch.Values(alpha, TipAdapter.Alphas), (cache, a) => zeroShot.Add(cache.Mul(a)));
        return CreateFitted(chosen.Inner, chosen.Outer, ValidationSearch.Selection(set));

        Fitted CreateFitted(double alpha, double beta, string selection) =>
            new(tensors, selection, JsonSerializer.SerializeToElement(new { alpha, beta }));
    }

    protected override Tensor LogitsCore(ImageFeatures images) =>
        TipAdapter.Logits(images.Image, _classFeatures, _keys, _labels, State.LogitScale, _alpha, _beta, _weights);

    /// <summary>The contribution of each key to its own class: α · exp(−β (1 − f Fᵀ)).</summary>
    protected override Explanation ExplainCore(ImageFeatures images)
    {
        var contributions = ClassBalance.Weighted(TipAdapter.Affinity(images.Image, _keys, _beta), _weights).Mul(_alpha); // [B, N]
        return new Explanation(ZeroShot.Logits(images.Image, _classFeatures, State.LogitScale),
            support: KeyValueCache.ByKey(contributions, _labels, State.ClassCount));
    }
}
