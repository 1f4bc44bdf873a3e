using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// The bank with the classes that it has learned: texts of all of them with the prompts that an image picks. Encodes
/// texts when it classifies, and keeps those of picks that it has met (<see cref="PickedTexts"/>).
/// </summary>
internal sealed class AttriClipClassifier : FewShotClassifier
{
    internal const string AttributesName = "attributes";

    private readonly AttriClipOptions _options;
    private readonly PromptBank _bank;
    private readonly AttriClipDetails _details;
    private readonly Lazy<PickedTexts> _texts;

    internal AttriClipClassifier(ClassifierState state, AttriClipOptions options) : base(state)
    {
        (_options, _bank) = (options, PromptBank.Take(state, options));
        var details = _details = AttriClipDetails.Read(state);
        if (details.PromptNames.Count != state.ClassCount)
            throw state.Damaged($"{details.PromptNames.Count} names for prompts, expected {state.ClassCount}");
        if (details.Words.Count != options.Prompts || details.Words.Any(words => words.Count != options.ContextTokens))
            throw state.Damaged($"words of {details.Words.Count} prompts, expected {options.Prompts} of {options.ContextTokens}");
        Anchors = new AnchorSet(state.Take(AttributesName, ScalarType.Float32, options.Prompts, state.FeatureWidth),
            [.. details.Words.Select((words, k) => $"{k + 1}: {string.Join(' ', words.Distinct().Take(AttriClipDetails.NameWords))}")],
            _bank.Prompts);
        _texts = new(() => new PickedTexts(Prompts(options.Picks), (int)state.ClassCount, state.FeatureWidth));
    }

    /// <summary>The prompts of the bank.</summary>
    public override AnchorSet Anchors { get; }

    /// <inheritdoc/>
    public override bool HasParts => true;

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images) => Logits(images.Image, _texts.Value, _options.Picks);

    /// <summary>
    /// The logits of the names alone, and what each picked prompt adds to them after those before it: the sum
    /// telescopes to the logits.
    /// </summary>
    protected override Explanation ExplainCore(ImageFeatures images)
    {
        var picks = _bank.Pick(images.Image, _options.Picks); // [B, S]
        var (names, last) = (Partial(0), default(Tensor));
        var parts = zeros(images.Image.shape[0], State.ClassCount, _options.Prompts, device: Device); // [B, C, K]
        foreach (var place in Enumerable.Range(0, _options.Picks))
        {
            var before = last ?? names;
            last = place == _options.Picks - 1 ? LogitsCore(images) : Partial(place + 1);
            var which = picks.select(1, place).view(-1, 1, 1).expand(-1, State.ClassCount, 1);
            parts = parts.scatter(2, which, (last - before).unsqueeze(2));
        }
        return new(names, parts);

        Tensor Partial(int count)
        {
            using var texts = new PickedTexts(Prompts(count), State.ClassCount, State.FeatureWidth);
            return Logits(images.Image, texts, count);
        }
    }

    /// <inheritdoc/>
    protected override FewShotClassifier? TransferCore(ClassSet classes) => classes.TextTower is null ? null
        : new AttriClipClassifier(State.Transfer(
            classes, new Dictionary<string, Tensor>(), (_details with { PromptNames = classes.PromptNames }).ToJson()), _options);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _texts.IsValueCreated)
            _texts.Value.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Logits(Tensor images, PickedTexts texts, int picks)
    {
        if (images.shape[0] == 0)
            return zeros(0, State.ClassCount, device: Device);
        var groups = picks == 0 ? PickGroup.WithoutPicks(images.shape[0]) : PickGroup.Of(_bank.Pick(images, picks));
        var logits = texts.Of(groups, _bank).Zip(groups, (features, group) =>
            ZeroShot.Logits(images.index_select(0, tensor(group.Images, device: Device)), features, State.LogitScale)).ToArray();
        var order = tensor(groups.SelectMany(group => group.Images).ToArray(), device: Device).argsort();
        return cat(logits).index_select(0, order);
    }

    private IPromptEncoder Prompts(int picks) => (State.TextTower ?? throw new KedgeException(
        $"Classifying with {Method} found no text tower, with which it encodes each image's own prompts: " +
            "open the classifier with the model that it was fitted on."))
        .Prompts(PromptBank.ClassSequences(_details.PromptNames, _options, picks));
}
