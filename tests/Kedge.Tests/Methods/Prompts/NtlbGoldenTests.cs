using Kedge.Clip;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tensors;
using Kedge.Tests.Clip;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>The loss and its gradient in the context against those of the published code.</summary>
public sealed class NtlbGoldenTests : IDisposable
{
    private const double RelevanceTolerance = 2e-4, LossTolerance = 1e-4; // as the reference states
    private const double GradientTolerance = 1e-3; // of the largest entry, likewise

    private readonly SafetensorsFile _expected = SafetensorsFile.Open(TestData.Small("ntlb", "prompt.safetensors"));

    [Theory]
    [InlineData(1, "ce", 0, 0), InlineData(1, "wanted", 1, 0), InlineData(1, "unwanted", 0, 1), InlineData(1, "total", 2, 2)]
    [InlineData(2, "ce", 0, 0), InlineData(2, "wanted", 1, 0), InlineData(2, "unwanted", 0, 1), InlineData(2, "total", 2, 2)]
    public void Parts_of_the_loss_and_their_gradients_equal_the_reference(int heads, string part, double wanted, double unwanted)
    {
        var counts = heads == 1 ? default : new HeadCounts(Vision: heads, Text: heads);
        using var clip = ClipModel.Load(TestData.Small("clip-vit", "openai.fp16.safetensors"), device: null, counts);
        using var scope = NewDisposeScope();
        ITextTower tower = clip;
        using var prompts = tower.ProbedPrompts(
            PromptSequence.OfClasses(["sea lion", "paper boat", "sextant"], rows: 4, ContextPosition.Middle));
        var context = _expected.Read("context").requires_grad_();
        using var probe = new AttentionProbe();
        var images = clip.EncodeImage(_expected.Read("pixels"));
        var logits = ZeroShot.Logits(images, prompts.Encode(context.unsqueeze(0), probe), clip.LogitScale);
        var labels = _expected.Read("labels");
        Assert.InRange(GoldenClipTests.Difference(_expected.Read($"heads{heads}.logits"), logits.detach()) / 100, 0, RelevanceTolerance);
        var scores = stack(Enumerable.Range(0, 2)
            .Select(image => prompts.NameRelevance(probe.Weights, probe.Gradients(logits[image].sum()))));
        Assert.InRange(GoldenClipTests.Difference(_expected.Read($"heads{heads}.name_scores"), scores.detach()), 0, RelevanceTolerance);

        var loss = NameRelevanceLoss.Compute(logits, labels, prompts, probe, wanted, unwanted);
        if (part is "ce" or "total")
            loss = loss + nn.functional.cross_entropy(logits, labels);
        loss.backward();
        var gradient = _expected.Read($"heads{heads}.grad.{part}");
        Assert.InRange(Math.Abs(loss.item<float>() - _expected.Read($"heads{heads}.loss.{part}").item<float>()), 0, LossTolerance);
        Assert.InRange(GoldenClipTests.Difference(gradient, context.grad!) / gradient.abs().max().item<float>(), 0, GradientTolerance);
    }

    public void Dispose() => _expected.Dispose();
}
