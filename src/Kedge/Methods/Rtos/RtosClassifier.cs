using System.Text.Json;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>What RTOS keeps beside its tensors.</summary>
/// <param name="Anchors">The K words that the anchors are or started from.</param>
/// <param name="Template">The prompt that surrounds an anchor.</param>
/// <param name="RelationTemperature">τ_r in effect.</param>
/// <param name="AttentionTemperature">τ_a in effect.</param>
/// <param name="Alpha">α in effect.</param>
public sealed record RtosDetails(IReadOnlyList<string> Anchors, string Template, double RelationTemperature, double AttentionTemperature, double Alpha);

/// <summary>A classifier by <see cref="Rtos"/> or <see cref="RtosNames"/>: the formula of relation transition on fixed anchors.</summary>
public sealed class RtosClassifier : FewShotClassifier
{
    private static readonly JsonSerializerOptions DetailsFormat = new(JsonSerializerDefaults.Web);
    private readonly Tensor _classFeatures; // [C, D]
    private readonly Tensor _query; // [D, D]
    private readonly Tensor _key; // [D, D]
    private readonly Tensor _relation; // [C, K]

    internal RtosClassifier(ClassifierState state) : base(state)
    {
        Details = state.Details.Deserialize<RtosDetails>(DetailsFormat) is { Anchors: not null } details
            ? details
            : throw new KedgeException($"Restoring a classifier of {state.Method} found no anchor words: the file is damaged; fit it again.");
        var (width, count) = (state.FeatureWidth, Details.Anchors.Count);
        _classFeatures = state.Take("class.features", ScalarType.Float32, state.ClassCount, width);
        Anchors = state.Take("anchor.features", ScalarType.Float32, count, width);
        _query = state.Take("query", ScalarType.Float32, width, width);
        _key = state.Take("key", ScalarType.Float32, width, width);
        _relation = state.Take("relation", ScalarType.Float32, state.ClassCount, count);
        if (state.Tensors.ContainsKey("anchor.tokens"))
            state.Take("anchor.tokens", ScalarType.Float32, count, -1, -1);
    }

    /// <summary>The anchors' words, the prompt around them, the temperatures and α in effect.</summary>
    public RtosDetails Details { get; }

    /// <summary>A: [K, D] unit text features of the anchors; owned by the classifier.</summary>
    public Tensor Anchors { get; }

    internal static Fitted Of(FewShotTask task, Tensor anchors, Tensor? tokens, Tensor query, Tensor key, RtosDetails details)
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["class.features"] = task.ClassFeatures,
            ["anchor.features"] = anchors,
            ["query"] = query,
            ["key"] = key,
            ["relation"] = RelationTransition.Relation(task.ClassFeatures, anchors, details.RelationTemperature),
        };
        if (tokens is not null)
            tensors["anchor.tokens"] = tokens;
        return new Fitted(tensors, Details: JsonSerializer.SerializeToElement(details, DetailsFormat));
    }

    /// <summary>What each anchor gives to each class: the sum over the anchors is exactly what RTOS adds to the zero-shot logits.</summary>
    /// <param name="imageFeatures">[B, D] unit.</param>
    /// <returns>A new tensor [B, C, K], F32: α · P_bk · R_ck; owned by the caller.</returns>
    public Tensor Contributions(Tensor imageFeatures)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        var attention = Attention(imageFeatures.to(ScalarType.Float32).to(Device));
        return (attention.unsqueeze(1) * _relation.unsqueeze(0) * Details.Alpha).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor LogitsCore(Tensor imageFeatures) =>
        RelationTransition.Logits(imageFeatures, _classFeatures, Attention(imageFeatures), _relation, State.LogitScale, Details.Alpha);

    private Tensor Attention(Tensor imageFeatures) =>
        RelationTransition.Attention(imageFeatures, Anchors, _query, _key, Details.AttentionTemperature);
}
