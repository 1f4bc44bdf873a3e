using Kedge.Clip;
using Kedge.Clip.Adaptation;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>
/// A classifier by <see cref="ClipLora"/>: the class features of an adapted text tower, for features
/// of the adapted image tower.
/// </summary>
internal sealed class ClipLoraClassifier : FewShotClassifier
{
    private const string WeightName = "weight";

    internal ClipLoraClassifier(ClassifierState state) : base(state)
    {
        Weight = state.Take(WeightName, ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        Update = StoredUpdates.Take(state);
    }

    /// <summary>[C, D], not yet scaled; owned by the classifier.</summary>
    public Tensor Weight { get; }

    /// <inheritdoc/>
    internal override WeightUpdates? Update { get; }

    internal static Fitted CreateFitted(Tensor classFeatures, WeightUpdates? updates)
    {
        var tensors = new Dictionary<string, Tensor> { [WeightName] = classFeatures };
        foreach (var (name, tensor) in updates is null ? [] : StoredUpdates.Write(updates))
            tensors[name] = tensor;
        return new(tensors);
    }

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images) => ZeroShot.Logits(images.Image, Weight, State.LogitScale);

    /// <summary>Novel class names are encoded by the adapted text tower, where it is available.</summary>
    protected override FewShotClassifier? TransferCore(ClassSet classes)
    {
        if (Update is null)
            return new ClipLoraClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { [WeightName] = classes.Features }));
        if (classes.TextTower is not ClipModel clip)
            return null;
        using var adapted = clip.With(Update);
        var features = adapted.ClassFeatures(classes.PromptNames, [.. State.Templates.Select(text => new PromptTemplate(text))]);
        return new ClipLoraClassifier(State.Transfer(classes, new Dictionary<string, Tensor> { [WeightName] = features }));
    }
}
