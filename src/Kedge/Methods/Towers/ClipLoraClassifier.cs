using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Runtime;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>A classifier by <see cref="ClipLora"/>: the class features of an adapted text tower, for features of the adapted image tower.</summary>
public sealed class ClipLoraClassifier : FewShotClassifier
{
    private const string WeightName = "weight", Down = "down.", Up = "up.";

    internal ClipLoraClassifier(ClassifierState state) : base(state)
    {
        Weight = state.Take(WeightName, ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        var updates = state.Tensors.Keys.Where(name => name.StartsWith(Down, StringComparison.Ordinal)).Select(name => name[Down.Length..]).ToDictionary(name => name, name =>
        {
            var down = state.Take(Down + name, ScalarType.Float32, -1, -1, -1);
            return new LowRankUpdate(down, state.Take(Up + name, ScalarType.Float32, down.shape[0], -1, down.shape[1]));
        });
        Update = updates.Count > 0 ? new LowRankUpdates(updates) : null;
    }

    /// <summary>[C, D], not yet scaled; owned by the classifier.</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    public override LowRankUpdates? Update { get; }

    internal static Fitted CreateFitted(Tensor classFeatures, LowRankUpdates? updates)
    {
        var tensors = new Dictionary<string, Tensor> { [WeightName] = classFeatures };
        foreach (var (name, (down, up, scale)) in updates?.ByWeight ?? new Dictionary<string, LowRankUpdate>())
            (tensors[Down + name], tensors[Up + name]) = (down, up.Mul(scale));
        return new(tensors);
    }

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images) => ZeroShot.Logits(images.Image, Weight, State.LogitScale);

    /// <summary>Other names go through the adapted text tower, where it is at hand.</summary>
    protected override FewShotClassifier? TransferCore(ClassSet classes)
    {
        if (Update is null)
            return new ClipLoraClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { [WeightName] = classes.Features }));
        if (classes.TextTower is not ClipModel clip)
            return null;
        using var adapted = clip.With(Update);
        var features = adapted.ClassFeatures(classes.Names, [.. State.Templates.Select(text => new PromptTemplate(text))]);
        return new ClipLoraClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { [WeightName] = features }));
    }
}
