using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>
/// One weight vector a class, and a bias where the method has one: logits = s · f Wᵀ + b. The classifier of zero-shot,
/// class means and every other linear method.
/// </summary>
public class LinearClassifier : FewShotClassifier
{
    internal const string WeightName = "weight";
    private const string BiasName = "bias";

    /// <summary>Takes the weight, and the bias where there is one, from a state.</summary>
    /// <param name="state">What <see cref="FromWeight"/> gave; owned by the classifier from now on.</param>
    /// <exception cref="KedgeException">A tensor is missing, or of another type or shape.</exception>
    public LinearClassifier(ClassifierState state) : base(state)
    {
        Weight = state.Take(WeightName, ScalarType.Float32, state.ClassCount, state.FeatureWidth);
        Bias = state.Tensors.ContainsKey(BiasName) ? state.Take(BiasName, ScalarType.Float32, state.ClassCount) : null;
    }

    /// <summary>[C, D], not yet scaled; owned by the classifier.</summary>
    public Tensor Weight { get; }

    /// <summary>
    /// [C], already scaled; owned by the classifier. <see langword="null"/> where the method has none.
    /// </summary>
    public Tensor? Bias { get; }

    /// <summary>What a method with this classifier returns from its fit.</summary>
    /// <param name="weight">W [C, D] F32, not scaled.</param>
    /// <param name="bias">b [C] F32, scaled; <see langword="null"/> for none.</param>
    public static Fitted FromWeight(Tensor weight, Tensor? bias = null) => new(Tensors(weight, bias));

    /// <summary>The tensors of <see cref="FromWeight"/>, for methods that keep more beside them.</summary>
    /// <param name="weight">W [C, D], not scaled.</param>
    /// <param name="bias">b [C], scaled; <see langword="null"/> for none.</param>
    internal static Dictionary<string, Tensor> Tensors(Tensor weight, Tensor? bias = null)
    {
        var tensors = new Dictionary<string, Tensor> { [WeightName] = weight };
        if (bias is not null)
            tensors[BiasName] = bias;
        return tensors;
    }

    /// <summary>
    /// Weights of further classes below those before, for methods whose classes do not depend on each other.
    /// </summary>
    internal static Fitted Append(ClassifierState learned, Fitted fitted) => fitted with
    {
        Tensors = fitted.Tensors.ToDictionary(pair => pair.Key, pair => cat([learned.Tensors[pair.Key], pair.Value])),
    };

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images)
    {
        var logits = ZeroShot.Logits(images.Image, Weight, State.LogitScale);
        return Bias is null ? logits : logits.Add(Bias);
    }
}
