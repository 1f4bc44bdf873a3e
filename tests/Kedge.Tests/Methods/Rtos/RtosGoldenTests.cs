using Kedge.Clip.Prompts;
using Kedge.Features;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Clip;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

/// <summary>One forward and backward pass of RTOS against the reference, which encodes all 77 positions.</summary>
public class RtosGoldenTests
{
    private const double Temperature = 0.05, Alpha = 20; // of the golden pass
    private const double Tolerance = 1e-4; // the issue's, on logits, and on gradients as a part of their largest entry

    [Theory]
    [InlineData("small/clip-vit", "openai.fp16.safetensors", "small/images")]
    [InlineData("small/clip-rn", "openai.fp16.safetensors", "small/images")]
    [InlineData("clip-vit", "openai.jit.pt", "images")]
    [InlineData("clip-rn", "openai.fp16.safetensors", "images")]
    [InlineData("clip-hf", "huggingface", "images")]
    public void Forward_and_backward_equal_the_reference(string folder, string file, string images)
    {
        using var golden = Golden.Open(folder, file, images);
        using var scope = NewDisposeScope();
        var (x, t) = (golden.Model.EncodeImage(golden.Pixels()).clone(),
            golden.Model.EncodeText(golden.Prompts, normalize: true, truncate: true).clone());
        var width = golden.Model.FeatureWidth;
        var (tokens, query, key) = (new Parameter(golden.Expected("rtos.tokens")), new Parameter(eye(width)), new Parameter(eye(width)));

        using var prompts = golden.Model.Prompts([PromptSequence.OfTemplate("a photo of a ", ".", 1)]);
        var anchors = prompts.Encode(tokens.unsqueeze(1)).squeeze(1);
        var relation = RelationTransition.Relation(t, anchors, Temperature);
        var attention = RelationTransition.Attention(x, RelationTransition.Keys(anchors, query, key), Temperature);
        var logits = ZeroShot.Logits(x, t, 100) + RelationTransition.Transition(attention, relation) * Alpha;
        var loss = nn.functional.cross_entropy(logits, golden.Expected("rtos.labels"));
        loss.backward();

        AssertNear(golden.Expected("rtos.anchor_features").Unit(), anchors); // stored before they are made unit length
        AssertNear(golden.Expected("rtos.relation"), relation);
        AssertNear(golden.Expected("rtos.attention"), attention);
        AssertNear(golden.Expected("rtos.logits"), logits);
        AssertNear(golden.Expected("rtos.loss"), loss.reshape(1));
        AssertRelativelyNear(golden.Expected("rtos.grad_tokens"), tokens.grad!);
        AssertRelativelyNear(golden.Expected("rtos.grad_wq"), query.grad!);
        AssertRelativelyNear(golden.Expected("rtos.grad_wk"), key.grad!);
    }

    private static void AssertNear(Tensor expected, Tensor actual) =>
        Assert.InRange(GoldenClipTests.Difference(expected, actual.detach()), 0, Tolerance);

    private static void AssertRelativelyNear(Tensor expected, Tensor actual) =>
        Assert.InRange(GoldenClipTests.Difference(expected, actual) / expected.abs().max().item<float>(), 0, Tolerance);
}
