using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>Options of <see cref="TipAdapter"/>.</summary>
public sealed record TipAdapterOptions : MethodOptions
{
    /// <summary>α, the weight of the cache against zero-shot, 0 to 1000. Default 1: the best of the paper's ablation (ImageNet, RN50, 16 shots).</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>β, how fast a key's say falls with its distance, 0 to 1000. Default 5.5: the best of the same ablation.</summary>
    public double Beta { get; init; } = 5.5;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(Alpha, 0, 1000);
        Require(Beta, 0, 1000);
    }
}

/// <summary>
/// Tip-Adapter: R. Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification", ECCV 2022, arXiv 2207.09519.
/// <code>
///     F = unit(mean over the views of the support features)      keys      [N, D]
///     Y = one-hot labels                                         values    [N, C]
///     logits = s · f Tᵀ + α · exp(−β (1 − f Fᵀ)) Y                         [B, C]
/// </code>
/// Nothing is learned. Difference from the published code: it searches α and β per data set on a validation set (and for ImageNet on the test set);
/// here they are options with fixed defaults. α = 0 is zero-shot, bit for bit. Inductive.
/// </summary>
/// <param name="options">α and β.</param>
public sealed class TipAdapter(TipAdapterOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "tip-adapter";

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run) => TipAdapterClassifier.Of(task, SupportFeatures.Mean(task));

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new TipAdapterClassifier(state, options);

    /// <summary>s · f Tᵀ + α · exp(−β (1 − f Fᵀ)) Y, with Y as labels: the one-hot matrix is never made.</summary>
    /// <param name="f">Unit image features [B, D].</param>
    /// <param name="classFeatures">T [C, D].</param>
    /// <param name="keys">F [N, D].</param>
    /// <param name="labels">The class of each key [N], int64.</param>
    /// <param name="logitScale">s.</param>
    /// <param name="options">α and β.</param>
    /// <returns>[B, C].</returns>
    internal static Tensor Logits(Tensor f, Tensor classFeatures, Tensor keys, Tensor labels, float logitScale, TipAdapterOptions options)
    {
        var zeroShot = ZeroShot.Logits(f, classFeatures, logitScale);                   // [B, C]
        var affinity = Affinity(f, keys, options.Beta);                                 // [B, N]
        return zeroShot + Cache.ByClass(affinity, labels, classFeatures.shape[0]) * options.Alpha; // [B, C]
    }

    /// <summary>exp(−β (1 − f Fᵀ)): [B, D], [N, D] → [B, N].</summary>
    internal static Tensor Affinity(Tensor f, Tensor keys, double beta) => ((f.matmul(keys.t()) - 1) * beta).exp();
}

/// <summary>A cache of keys beside the class features; of both Tip-Adapter and Tip-Adapter-F.</summary>
internal sealed class TipAdapterClassifier : FewShotClassifier
{
    private readonly TipAdapterOptions _options;
    private readonly Tensor _classFeatures, _keys, _labels;

    internal TipAdapterClassifier(ClassifierState state, TipAdapterOptions options) : base(state)
    {
        _options = options;
        _classFeatures = state.Take("class_features", ScalarType.Float32, ClassNames.Count, FeatureWidth);
        _keys = state.Take("keys", ScalarType.Float32, -1, FeatureWidth);
        _labels = state.TakeLabels("labels", _keys.shape[0]);
        Support = SupportFeatures.Of(state, _keys, _labels);
    }

    public override SupportSet Support { get; }

    internal static Fitted Of(FewShotTask task, Tensor keys) => new(new Dictionary<string, Tensor>
    {
        ["class_features"] = task.ClassFeatures,
        ["keys"] = keys,
        ["labels"] = task.SupportLabels,
    });

    public override bool HasParts => true;

    protected override Tensor LogitsCore(ImageFeatures images) =>
        TipAdapter.Logits(images.Image, _classFeatures, _keys, _labels, State.LogitScale, _options);

    /// <summary>α · exp(−β (1 − f Fᵀ)) of each key to its own class.</summary>
    protected override Explanation ExplainCore(ImageFeatures images)
    {
        var given = TipAdapter.Affinity(images.Image, _keys, _options.Beta) * _options.Alpha;                    // [B, N]
        return new Explanation(ZeroShot.Logits(images.Image, _classFeatures, State.LogitScale), support: Cache.ByKey(given, _labels, State.ClassCount));
    }
}
