using static TorchSharp.torch;

namespace Kedge.Methods;

/// <summary>One weight vector a class: logits = s · f Wᵀ. What zero-shot, class means and every other linear method end as.</summary>
public sealed class LinearClassifier : FewShotClassifier
{
    private const string WeightName = "weight";

    internal LinearClassifier(ClassifierState state) : base(state) =>
        Weight = state.Take(WeightName, ScalarType.Float32, state.ClassCount, state.FeatureWidth);

    /// <summary>[C, D], not yet scaled; owned by the classifier.</summary>
    public Tensor Weight { get; }

    /// <summary>What a method with this classifier returns from its fit.</summary>
    internal static Fitted Of(Tensor weight) => new(new Dictionary<string, Tensor> { [WeightName] = weight });

    /// <inheritdoc/>
    protected override Tensor LogitsCore(Tensor imageFeatures) => ZeroShot.Logits(imageFeatures, Weight, State.LogitScale);
}
