using System.Text.Json;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// A cache beside the class features, of both APE and APE-T: on the selected channels where there are any, and with a
/// weight for each key.
/// </summary>
internal sealed class ApeClassifier : FewShotClassifier
{
    private readonly Tensor _classFeatures;
    private readonly Tensor _values; // α v: [N]
    private readonly Tensor? _channels; // [Q]
    private readonly double _beta;

    internal ApeClassifier(ClassifierState state) : base(state)
    {
        _beta = state.ReadDetails<ApeDetails>("α and β").Beta;
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        var keys = state.Take("keys", ScalarType.Float32, -1, state.FeatureWidth);
        Support = StoredSupport.Read(state, keys, state.TakeLabels("labels", keys.shape[0]));
        _values = state.Take("values", ScalarType.Float32, keys.shape[0]);
        _channels = state.Tensors.ContainsKey("channels") ? state.Take("channels", ScalarType.Int64, -1) : null;
        using var scope = NewDisposeScope();
        if (_channels is not null && (_channels.numel() == 0
            || _channels.min().item<long>() < 0 || _channels.max().item<long>() >= state.FeatureWidth))
            throw state.Damaged($"channels that are not among the {state.FeatureWidth} of its features");
    }

    public override StoredSupport Support { get; }

    /// <summary>What a fit returns.</summary>
    /// <param name="task">The task.</param>
    /// <param name="classFeatures">[C, D].</param>
    /// <param name="keys">[N, D].</param>
    /// <param name="values">α v: [N].</param>
    /// <param name="channels">[Q] int64; <see langword="null"/> for all, and then keys are not normalised.</param>
    /// <param name="selection">Which data chose the hyper-parameters.</param>
    /// <param name="details">These.</param>
    internal static Fitted CreateFitted(
        FewShotTask task, Tensor classFeatures, Tensor keys, Tensor values, Tensor? channels, string selection, ApeDetails details)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["class.features"] = classFeatures,
            ["keys"] = keys,
            ["labels"] = task.Support.Labels,
            ["values"] = values,
        };
        if (channels is not null)
            tensors["channels"] = channels;
        return new Fitted(tensors, selection, JsonSerializer.SerializeToElement(details, ClassifierState.DetailsFormat));
    }

    public override bool HasParts => true;

    protected override Tensor LogitsCore(ImageFeatures images) =>
        ZeroShotLogits(images.Image).Add(KeyValueCache.ByClass(Contributions(images.Image), Support.Labels, State.ClassCount));

    protected override Explanation ExplainCore(ImageFeatures images) =>
        new(ZeroShotLogits(images.Image), support: KeyValueCache.ByKey(Contributions(images.Image), Support.Labels, State.ClassCount));

    private Tensor ZeroShotLogits(Tensor imageFeatures) => ZeroShot.Logits(imageFeatures, _classFeatures, State.LogitScale);

    /// <summary>Each key's contribution to the logit of its class: [B, N].</summary>
    private Tensor Contributions(Tensor imageFeatures) => _values * (_channels is null
        ? TipAdapter.Affinity(imageFeatures, Support.Features, _beta) : Ape.Affinity(imageFeatures, Support.Features, _channels, _beta));
}

/// <summary>The hyper-parameters in effect.</summary>
/// <param name="Alpha">α, the weight of the cache against zero-shot.</param>
/// <param name="Beta">β, the sharpness of the affinity exp(−β (1 − cos)) of images and keys.</param>
/// <param name="Gamma">
/// γ of APE, how strongly a key's weight grows with the divergence of zero-shot's prediction from its label;
/// <see langword="null"/> for APE-T.
/// </param>
internal sealed record ApeDetails(double Alpha, double Beta, double? Gamma = null);
