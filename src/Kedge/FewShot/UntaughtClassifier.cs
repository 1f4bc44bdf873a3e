using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>A method that has learned no class yet: what <see cref="FewShotMethod.Continue"/> starts from.</summary>
/// <param name="state">A state without classes and tensors.</param>
internal sealed class UntaughtClassifier(ClassifierState state) : FewShotClassifier(state)
{
    /// <summary>The refusal of whatever needs classes.</summary>
    internal static KedgeException NoClasses(string method) =>
        new($"Classifying with {method} found a classifier that has learned no class yet: teach it some (kedge continual learn).");

    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images) => throw NoClasses(Method);
}
