using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// A classifier by <see cref="Rtos"/> or <see cref="RtosNames"/>: the formula of relation transition on fixed anchors.
/// </summary>
internal sealed class RtosClassifier : FewShotClassifier
{
    private readonly Tensor _classFeatures; // [C, D]
    private readonly RtosPart _rtos;

    internal RtosClassifier(ClassifierState state) : base(state)
    {
        Details = RtosDetails.Read(state);
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        Support = StoredSupport.Take(state);
        _rtos = new RtosPart(state, Details); // last, as it owns a tensor
    }

    /// <summary>The anchors' words, the prompt around them, the temperatures and α in effect.</summary>
    public RtosDetails Details { get; }

    /// <inheritdoc/>
    public override AnchorSet Anchors => _rtos.Anchors;

    /// <inheritdoc/>
    public override StoredSupport? Support { get; }

    internal static Fitted CreateFitted(FewShotTask task, Tensor anchors, Tensor? tokens, Tensor query, Tensor key, RtosDetails details) =>
        new(
            RtosPart.Tensors(task, anchors, tokens, query, key, details), details.HeldOut is null
                ? Fitted.NothingSelected
                : Fitted.SupportSet, details.ToJson());

    /// <inheritdoc/>
    public override bool HasParts => true;

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images) =>
        ZeroShot.Logits(images.Image, _classFeatures, State.LogitScale).Add(_rtos.Logits(images.Image));

    /// <summary>α · P_bk · R_ck beside s · X Tᵀ: the sum over the anchors is what RTOS adds to zero-shot.</summary>
    protected override Explanation ExplainCore(ImageFeatures images) => new(
        ZeroShot.Logits(images.Image, _classFeatures, State.LogitScale), _rtos.Contributions(images.Image));

    /// <summary>
    /// The anchors and the attention of images stay, the relation is computed for the novel classes. Where anchors are
    /// words, those that name a new class are left out.
    /// </summary>
    protected override FewShotClassifier TransferCore(ClassSet classes)
    {
        var kept = Method == RtosNames.CatalogName
            ? AnchorPrompts.Filter(Details.Anchors, classes.PromptNames, [], note: null)
            : [.. Details.Anchors.Select((word, row) => (word, (long)row))];
        var anchors = Anchors.Features.index_select(0, tensor(kept.Select(word => word.Row).ToArray(), device: Device));
        var details = Details with { Anchors = [.. kept.Select(word => word.Name)] };
        return new RtosClassifier(State.Transfer(classes, new Dictionary<string, Tensor>
        {
            ["class.features"] = classes.Features,
            ["anchor.features"] = anchors,
            ["relation"] = RelationTransition.Relation(classes.Features, anchors, details.RelationTemperature, details.Value),
        }, details.ToJson()));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _rtos.Dispose();
        base.Dispose(disposing);
    }
}
