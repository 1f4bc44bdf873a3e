using Kedge.Clip;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Data.Scenes;
using Kedge.FewShot;
using Kedge.Methods;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>
/// What the method claims, on drawings of shapes that kedge-mini-scenes has never seen: scores rest on the class names,
/// and accuracy at one shot does not fall for it.
/// </summary>
public class NtlbScenesTests
{
    private const int Seeds = 2, Queries = 20; // a class

    [Fact]
    public void Scores_come_to_rest_on_the_class_names_and_accuracy_stays()
    {
        using var clip = ClipModel.Load(EmbeddedModels.Scenes);
        var (coop, ntlb) = (Measure(clip, 0), Measure(clip, null));
        TestContext.Current.TestOutputHelper!.WriteLine($"coop {coop}, ntlb {ntlb}");
        Assert.InRange(ntlb.Relevance / coop.Relevance, 1.2, double.PositiveInfinity);
        Assert.InRange(ntlb.Accuracy, coop.Accuracy - 0.005, 1);
    }

    private static (double Relevance, double Accuracy) Measure(ClipModel clip, double? explainWeight)
    {
        var classes = SceneVocabulary.HeldOutShapes.Count;
        double relevance = 0, accuracy = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var scope = NewDisposeScope();
            var generator = new SceneGenerator(SceneSplit.HeldOutShapes, seed);
            var features = clip.EncodeImage(clip.Preprocessing.ToTensor(
                [.. Enumerable.Range(0, classes * (1 + Queries)).Select(index => generator.Draw(index).Image)]));
            var labels = tensor(Enumerable.Range(0, classes * Queries).Select(i => (long)(i % classes)).ToArray());
            var task = new FewShotTask(new(features.narrow(0, 0, classes).unsqueeze(0), labels.narrow(0, 0, classes)),
                new(generator.ClassNames, clip.ClassFeatures(generator.ClassNames, [new("a photo of a {}.")]), clip.LogitScale, ["{}"]),
                new() { TextTower = clip });
            using var classifier = new Ntlb(new() { ExplainWeight = explainWeight, Seed = seed }).Fit(task);
            var logits = classifier.Logits(new(features.narrow(0, classes, classes * Queries)));
            accuracy += logits.argmax(1).eq(labels).to(ScalarType.Float32).mean().item<float>() / Seeds;
            relevance += NameRelevance(clip, task, classifier.State.Tensors["context"]) / Seeds;
        }
        return (relevance, accuracy);
    }

    /// <summary>Mean relevance of the label's class name in the scores of the support images.</summary>
    private static double NameRelevance(ITextTower tower, FewShotTask task, Tensor context)
    {
        using var prompts = tower.ProbedPrompts(
            PromptSequence.OfClasses(task.Classes.Names, (int)context.shape[2], ContextPosition.Middle));
        using var probe = new AttentionProbe();
        var features = prompts.Encode(context.squeeze(0).detach(), probe);
        var logits = ZeroShot.Logits(task.Support.Images.Image[0], features, task.Classes.LogitScale);
        return Enumerable.Range(0, task.Support.Count)
            .Average(image => prompts.NameRelevance(probe.Weights, probe.Gradients(logits[image].sum()))[image].item<float>());
    }
}
