using Kedge.Clip.Prompts;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tests.Support;
using static Kedge.Tests.Support.Plain;
using static TorchSharp.torch;

namespace Kedge.Tests.Methods;

public class NtlbTests
{
    [Theory, InlineData(false), InlineData(true)]
    public void Without_weight_it_is_coop_bit_for_bit(bool classSpecific)
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        Assert.Equal(
            Logits(new CoOp(new() { Position = ContextPosition.Middle, Epochs = 8, ClassSpecific = classSpecific }), synthetic),
            Logits(new Ntlb(new() { ExplainWeight = 0, Epochs = 8, ClassSpecific = classSpecific }), synthetic));
    }

    [Fact]
    public void Contexts_of_each_class_learn_too()
    {
        using var synthetic = new SyntheticTask([3, 1, 4]);
        Assert.All(Logits(new Ntlb(new() { ClassSpecific = true, Epochs = 3 }), synthetic), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory]
    [InlineData(-1.0, 16, "The option explainWeight is -1: it must be from 0 to 10000.")]
    [InlineData(1.0, 15, "The option contextTokens is 15 with the class name in the middle: it must be even, or the name at the end " +
        "(position=end).")]
    public void Options_that_the_published_code_takes_silently_are_refused(double weight, int tokens, string message) =>
        Assert.Equal(message,
            Assert.Throws<KedgeException>(() => new Ntlb(new() { ExplainWeight = weight, ContextTokens = tokens })).Message);

    [Fact]
    public void A_class_name_without_tokens_is_refused_by_its_name()
    {
        using var golden = Clip.Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var clip = golden.Model;
        var task = new FewShotTask(new(eye(2, clip.FeatureWidth).unsqueeze(0), tensor(new long[] { 0, 1 })),
            new(["fox", " "], clip.ClassFeatures(["fox", "cat"], [new("{}")]), clip.LogitScale, ["{}"]), new() { TextTower = clip });
        Assert.Equal("Learning prompts by relevance found the class name ' ', which has no token: give the class another name.",
            Assert.Throws<KedgeException>(() => new Ntlb(new()).Fit(task, null, TestContext.Current.CancellationToken)).Message);
    }
}
