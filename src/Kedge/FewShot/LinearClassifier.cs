using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>One weight vector a class, and a bias where the method has one: logits = s · f Wᵀ + b. What zero-shot, class means and every other linear method end as.</summary>
public class LinearClassifier : FewShotClassifier
{
    internal const string WeightName = "weight";
    private const string BiasName = "bias";

    internal LinearClassifier(ClassifierState state) : base(state)
    {
        Weight = state.Take(WeightName, ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        Bias = state.Tensors.ContainsKey(BiasName) ? state.Take(BiasName, ScalarType.Float32, state.ClassCount) : null;
    }

    /// <summary>[C, D], not yet scaled; owned by the classifier.</summary>
    public Tensor Weight { get; }

    /// <summary>[C], already scaled; owned by the classifier. <see langword="null"/> where the method has none.</summary>
    public Tensor? Bias { get; }

    /// <summary>What a method with this classifier returns from its fit.</summary>
    /// <param name="weight">W [C, D], not scaled.</param>
    /// <param name="bias">b [C], scaled; <see langword="null"/> for none.</param>
    internal static Dictionary<string, Tensor> Tensors(Tensor weight, Tensor? bias = null)
    {
        var tensors = new Dictionary<string, Tensor> { [WeightName] = weight };
        if (bias is not null)
            tensors[BiasName] = bias;
        return tensors;
    }

    /// <inheritdoc cref="Tensors"/>
    internal static Fitted Of(Tensor weight) => new(Tensors(weight));

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images)
    {
        var logits = ZeroShot.Logits(images.Image, Weight, State.LogitScale);
        return Bias is null ? logits : logits.Add(Bias);
    }
}
