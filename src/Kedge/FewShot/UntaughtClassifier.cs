using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.FewShot;

/// <summary>A method that has learned no class yet: what <see cref="FewShotMethod.Continue"/> starts from.</summary>
/// <param name="state">A state without classes and tensors.</param>
internal sealed class UntaughtClassifier(ClassifierState state) : FewShotClassifier(state)
{
    /// <inheritdoc/>
    protected override Tensor LogitsCore(ImageFeatures images) => throw new KedgeException(
        $"Classifying with {Method} found a classifier that has learned no class yet: teach it some (kedge continual learn).");
}
