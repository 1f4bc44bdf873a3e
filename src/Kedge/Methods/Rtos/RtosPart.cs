using Kedge.FewShot;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The term that RTOS adds to other logits, as it is saved and restored: α · P Rᵀ, with its contributions by anchor.
/// Its tensors are the state's, but for the keys.
/// </summary>
internal sealed class RtosPart : IDisposable
{
    private readonly RtosDetails _details;
    private readonly Tensor _keys; // [K, D]: A Wk Wqᵀ; owned
    private readonly Tensor _relation; // [C, K]

    /// <summary>Takes the tensors from a state, checked.</summary>
    internal RtosPart(ClassifierState state, RtosDetails details)
    {
        _details = details;
        var (width, count) = (state.FeatureWidth, details.Anchors.Count);
        var features = state.Take("anchor.features", ScalarType.Float32, count, width);
        var (query, key) = (state.Take("query", ScalarType.Float32, width, width), state.Take("key", ScalarType.Float32, width, width));
        _relation = state.Take("relation", ScalarType.Float32, state.ClassCount, count);
        var tokens = state.Tensors.ContainsKey("anchor.tokens") ? state.Take("anchor.tokens", ScalarType.Float32, count, -1, -1) : null;
        Anchors = new AnchorSet(features, details.Anchors, tokens);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        _keys = RelationTransition.Keys(features, query, key).DetachFromDisposeScope();
    }

    /// <summary>The anchors as they were learned.</summary>
    internal AnchorSet Anchors { get; }

    /// <summary>The tensors to save, with the class features.</summary>
    internal static Dictionary<string, Tensor> Tensors(
        FewShotTask task, Tensor anchors, Tensor? tokens, Tensor query, Tensor key, RtosDetails details)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["class.features"] = task.Classes.Features,
            ["anchor.features"] = anchors,
            ["query"] = query,
            ["key"] = key,
            ["relation"] = RelationTransition.Relation(task.Classes.Features, anchors, details.RelationTemperature, details.Value),
        };
        if (tokens is not null)
            tensors["anchor.tokens"] = tokens;
        StoredSupport.AddTo(tensors, task);
        return tensors;
    }

    /// <summary>α · P Rᵀ: [B, D] → [B, C].</summary>
    internal Tensor Logits(Tensor imageFeatures) => RelationTransition.Transition(Attention(imageFeatures), _relation).Mul(_details.Alpha);

    /// <summary>α · P_bk · R_ck: [B, D] → [B, C, K].</summary>
    internal Tensor Contributions(Tensor imageFeatures) =>
        (Attention(imageFeatures).unsqueeze(1) * _relation.unsqueeze(0)).Mul(_details.Alpha);

    public void Dispose() => _keys.Dispose();

    private Tensor Attention(Tensor imageFeatures) => RelationTransition.Attention(imageFeatures, _keys, _details.AttentionTemperature);
}
