using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Tests.Support;

/// <summary>
/// The nearest class feature, by a method that counts its fits and may fail or be stopped at one of them.
/// </summary>
internal sealed class CountedMethod(Action<int>? atFit = null) : FewShotMethod("counted", new NoOptions())
{
    public int Fits { get; private set; }

    protected override Fitted FitCore(FewShotTask task, FitRun run)
    {
        Fits++;
        atFit?.Invoke(Fits);
        run.Report(1, 1);
        return new Fitted(new Dictionary<string, Tensor> { ["weight"] = task.Classes.Features }, Selection: "support set");
    }

    protected override FewShotClassifier RestoreCore(ClassifierState state) => new Classifier(state);

    private sealed class Classifier(ClassifierState state) : FewShotClassifier(state)
    {
        private readonly Tensor _weight = state.Take("weight", ScalarType.Float32, state.ClassCount, state.FeatureWidth);

        protected override Tensor LogitsCore(ImageFeatures images) => images.Image.matmul(_weight.T);
    }
}
