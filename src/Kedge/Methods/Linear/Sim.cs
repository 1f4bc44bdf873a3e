using System.Text.Json;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.FewShot.Selection;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Methods;

/// <summary>Options of <see cref="Sim"/>.</summary>
public sealed record SimOptions : MethodOptions
{
    /// <summary>
    /// The generic words, class names or not. Default: the 1,000 most frequent of Kedge's list of WordNet's nouns for
    /// visible things; where a task brings no text tower, all its anchors.
    /// </summary>
    public IReadOnlyList<string>? Anchors { get; init; }

    /// <summary>
    /// λ, the ridge penalty, 1e-6 to 1e6. Default 0.2: the published code's for WordNet's nouns; for the names of
    /// ImageNet's classes it has 0.1.
    /// </summary>
    public double Lambda { get; init; } = 0.2;

    /// <inheritdoc/>
    protected internal override void Check() => Require(Lambda, 1e-6, 1e6);
}

/// <summary>
/// SiM, similarity mapping: M. Zanella et al., "Vocabulary-free few-shot learning for Vision-Language Models", 2025,
/// arXiv 2506.04005: ridge regression from an image's similarities to generic words to its class. Neither class names
/// nor their features are used.
/// <code>
///     L = F Pᵀ                     P the words' text features [K, D], F the support images (views averaged)     [N, K]
///     W = (Lᵀ L + λ I)⁻¹ Lᵀ Y      Y one-hot, in double precision                                              [K, C]
///     logits = s · (f Pᵀ) W                                                                                     [B, C]
/// </code>
/// Difference from the published code: the words are 1,000 of WordNet's nouns in the task's template, where it takes
/// all of WordNet, or ImageNet's class names in many templates with a λ of 0.1. Which words matters more than how many:
/// names of things do, of the qualities and places among Kedge's 256 open words fewer classes can be told. λ is given,
/// nothing is chosen on data. An explanation's parts are by word. Inductive.
/// </summary>
/// <param name="options">The words and λ.</param>
public sealed class Sim(SimOptions options) : FewShotMethod(CatalogName, options)
{
    internal const string CatalogName = "sim";

    private const int Words = 1000; // as many as ImageNet has names

    /// <inheritdoc/>
    public override TaskParts Requires => TaskParts.Support;

    /// <inheritdoc/>
    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        var given = options.Anchors ?? (task.Encoder?.TextTower is null ? null : [.. OpenWords.Nouns.Take(Words)]);
        var (words, names, template) =
            WordAnchors.Encode(task, Name, given, list => [.. list.Distinct().Select((word, row) => (word, (long)row))]);
        var similarities = task.Support.MeanOverViews().matmul(words.t()).to(ScalarType.Float64); // L [N, K]
        var classes = F.one_hot(task.Support.Labels, task.Classes.Count).to(ScalarType.Float64); // Y [N, C]
        var weighted = ClassBalance.RidgeWeights(task) is { } weights
            ? similarities * weights.to(ScalarType.Float64).unsqueeze(1) : similarities;
        var identity = eye(names.Count, dtype: ScalarType.Float64, device: task.Device);
        var regular = weighted.t().matmul(similarities).Add(identity.Mul(options.Lambda));
        var map = linalg.solve(regular, weighted.t().matmul(classes)); // W [K, C]
        return new Fitted(new Dictionary<string, Tensor> { ["anchor.features"] = words, ["map"] = map.to(ScalarType.Float32) },
            Details: JsonSerializer.SerializeToElement(new SimDetails(names, template), ClassifierState.DetailsFormat))
        {
            ClassBias = ClassBias.Fit(task, LeaveOneOut),
        };

        // s L W but for each image's own share in W: [N, C]
        Tensor LeaveOneOut()
        {
            var influence = (linalg.solve(regular, weighted.t()).t() * similarities).sum(1, keepdim: true); // [N, 1]
            return (classes - (classes - similarities.matmul(map)) / influence.SubFrom(1)).Mul(task.Classes.LogitScale);
        }
    }

    /// <inheritdoc/>
    protected override FewShotClassifier RestoreCore(ClassifierState state) => new SimClassifier(state);
}

/// <summary>Words, and the regression coefficients from similarities to classes.</summary>
internal sealed class SimClassifier : FewShotClassifier
{
    private readonly Tensor _map; // [K, C]

    internal SimClassifier(ClassifierState state) : base(state)
    {
        var names = state.ReadDetails<SimDetails>("anchor words").Anchors;
        Anchors = new AnchorSet(state.Take("anchor.features", ScalarType.Float32, names.Count, state.FeatureWidth), names);
        _map = state.Take("map", ScalarType.Float32, names.Count, state.ClassCount);
    }

    public override AnchorSet Anchors { get; }

    public override bool HasParts => true;

    protected override Tensor LogitsCore(ImageFeatures images) => Similarities(images.Image).matmul(_map);

    protected override Explanation ExplainCore(ImageFeatures images) => new(
        zeros(images.Image.shape[0], State.ClassCount, device: images.Image.device),
        Similarities(images.Image).unsqueeze(1) * _map.t()); // [B, C, K]

    /// <summary>s · f Pᵀ: [B, K].</summary>
    private Tensor Similarities(Tensor imageFeatures) => imageFeatures.matmul(Anchors.Features.t()).Mul(State.LogitScale);
}

/// <summary>What SiM keeps beside its tensors.</summary>
/// <param name="Anchors">The K words.</param>
/// <param name="Template">The prompt around them; empty where the task brought their features.</param>
internal sealed record SimDetails(IReadOnlyList<string> Anchors, string Template);
