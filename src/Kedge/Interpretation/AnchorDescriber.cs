using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Interpretation;

/// <summary>Describes the anchors of a classifier in words (<see cref="AnchorDescription"/>).</summary>
/// <param name="classifier">The classifier; stays the caller's.</param>
/// <param name="tower">
/// The text tower of the model that it was fitted on, needed for words and phrases; <see langword="null"/> where only
/// features are available.
/// </param>
/// <param name="words">Candidate words and phrases; <see langword="null"/> is <see cref="OpenWords.All"/>.</param>
internal sealed class AnchorDescriber(FewShotClassifier classifier, ITextTower? tower = null, IReadOnlyList<string>? words = null)
{
    private const int MaxImages = 256; // that mean contributions are estimated on
    private const int BatchSize = 256;

    private readonly IReadOnlyList<string> _words = words ?? OpenWords.All;

    // anchors are put into the first template, as when they are fitted
    private readonly PromptTemplate _template = classifier.State.Templates is [var first, ..] ? new(first) : PromptTemplates.Default;

    /// <summary>Describes all anchors.</summary>
    /// <param name="top">Words, phrases and classes an anchor, at least 1.</param>
    /// <param name="cancellation">Stops between two batches of words.</param>
    /// <returns>K descriptions, in the order of the anchors.</returns>
    /// <exception cref="KedgeException">
    /// The classifier has no anchors or does not decompose its logits, its tokens do not have the tower's width, or a
    /// word of the list is too long.
    /// </exception>
    /// <exception cref="OperationCanceledException">Asked for by <paramref name="cancellation"/>.</exception>
    public IReadOnlyList<AnchorDescription> Describe(int top = 5, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        classifier.RequireParts();
        var anchors = classifier.Anchors ?? throw new KedgeException(
            $"Reading anchors found a classifier of {classifier.Method}, which has none: name photos to explain, " +
                "or fit one of rtos or rtos+.");
        if (tower is not null && anchors.Tokens is { } learned && !(learned.shape is [_, > 0, var width] && width == tower.Width))
            throw classifier.State.Damaged($"anchor tokens of shape {learned.Shape()}, expected [K, m, {tower.Width}]");
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var contributions = AverageContributions(anchors);
        var start = StartCosines(anchors);
        var tokens = NearestTokens(anchors, top);
        var phrases = NearestPhrases(anchors, top, cancellation);
        return [.. anchors.Names.Select((name, k) => new AnchorDescription(
            k, name, start?[k], tokens?[k] ?? [], phrases?[k] ?? [], LargestContributions(contributions[k], top),
            contributions[k].Max() - contributions[k].Min()))];
    }

    /// <summary>The contribution of each anchor to each class, averaged over images: K rows of C.</summary>
    private float[][] AverageContributions(AnchorSet anchors)
    {
        var images = (classifier.Support?.Features ?? anchors.Features).Unit();
        var step = (images.shape[0] + MaxImages - 1) / MaxImages;
        images = images[TensorIndex.Slice(step: step)];
        var sum = zeros(classifier.ClassNames.Count, anchors.Names.Count, device: classifier.Device);
        foreach (var some in Decision.Batches(classifier, images))
        {
            using var explanation = classifier.Explain(some);
            sum = explanation.Anchors is { } part ? sum.Add(part.sum(dim: 0)) : sum;
        }
        return [.. sum.Div(images.shape[0]).t().contiguous().cpu().data<float>().Chunk(classifier.ClassNames.Count)];
    }

    private ClassContribution[] LargestContributions(float[] logits, int top) =>
        [.. classifier.ClassNames.Zip(logits, (name, logit) => new ClassContribution(name, logit - logits.Average()))
            .Where(contribution => contribution.Logits > 0).OrderByDescending(contribution => contribution.Logits).Take(top)];

    private float[]? StartCosines(AnchorSet anchors)
    {
        if (tower is null)
            return null;
        var features = anchors.Tokens is { } tokens
            ? StartFeatures(tower, anchors.Names, (int)tokens.shape[1])
            : Encode(tower, anchors.Names);
        return [.. (features.to(anchors.Features.device) * anchors.Features.Unit()).sum(1).cpu().data<float>()];
    }

    // with m slots, a word is cut or repeated to m tokens, as at the start of the fit
    private Tensor StartFeatures(ITextTower tower, IReadOnlyList<string> names, int slots)
    {
        using var prompts = tower.Prompts([PromptSequence.OfTemplate(_template.Before, _template.After, slots)]);
        return prompts.Encode(tower.StartRows(names, slots).unsqueeze(1)).squeeze(1);
    }

    private IReadOnlyList<IReadOnlyList<Neighbour>>[]? NearestTokens(AnchorSet anchors, int top) =>
        tower is null || anchors.Tokens is not { } tokens ? null
        : [.. tower.NearestWords(tokens.flatten(0, 1), top).Chunk((int)tokens.shape[1])];

    private Neighbour[][]? NearestPhrases(AnchorSet anchors, int top, CancellationToken cancellation)
    {
        if (tower is null || _words.Count == 0)
            return null;
        var features = new List<Tensor>();
        foreach (var some in _words.Chunk(BatchSize))
        {
            cancellation.ThrowIfCancellationRequested();
            features.Add(Encode(tower, some));
        }
        return [.. CosineSearch.Nearest(anchors.Features, cat(features).to(anchors.Features.device), top)
            .Select(near => near.Select(found => new Neighbour(PromptTemplates.NormaliseName(_words[found.Row]), found.Cosine)).ToArray())];
    }

    private Tensor Encode(ITextTower tower, IReadOnlyList<string> words) => tower.EncodeText([.. words.Select(_template.Fill)]);
}
