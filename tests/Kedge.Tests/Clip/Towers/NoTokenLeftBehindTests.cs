using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

/// <summary>
/// Attention weights and their gradients against those of the published code of "No Token Left Behind" (Paiss et al.
/// 2022, arXiv 2204.04908): one image and one text, y their cosine; once with the heads that the width tells, once with
/// two heads in both towers.
/// </summary>
public sealed class NoTokenLeftBehindTests : IDisposable
{
    private const double FeatureTolerance = 2e-5; // F32 sums in another order
    private const double GradientTolerance = 1e-3; // of the largest entry, as the reference states

    private readonly SafetensorsFile _expected = SafetensorsFile.Open(TestData.Small("ntlb", "relevance.safetensors"));

    [Theory, InlineData(1), InlineData(2)]
    public void Attention_and_its_gradients_equal_the_reference(int heads)
    {
        var counts = heads == 1 ? default : new HeadCounts(Vision: heads, Text: heads);
        using var clip = ClipModel.Load(TestData.Small("clip-vit", "openai.fp16.safetensors"), device: null, counts);
        using var scope = NewDisposeScope();
        var pixels = _expected.Read("pixels").narrow(0, 0, 1);
        using AttentionProbe image = new(), text = new();
        var y = (ClipAttention.EncodeImage(clip, pixels, image) * ClipAttention.EncodeText(clip, ["a photo of a dog."], text)).sum();
        Assert.InRange(Math.Abs(y.item<float>() - _expected.Read($"heads{heads}.cosine")[0, 0].item<float>()), 0, FeatureTolerance);
        AssertEqual("image", image, y, heads);
        AssertEqual("text", text, y, heads);
    }

    [Fact]
    public void Other_heads_of_the_same_weights_have_another_fingerprint()
    {
        var path = TestData.Small("clip-vit", "openai.fp16.safetensors");
        using var usual = ClipModel.Load(path);
        using var two = ClipModel.Load(path, device: null, new HeadCounts(Vision: 2, Text: 2));
        using var stated = ClipModel.Load(path, device: null, new HeadCounts(Vision: 1, Text: 1));
        Assert.NotEqual(usual.Fingerprint, two.Fingerprint);
        Assert.Equal(usual.Fingerprint, stated.Fingerprint);
        Assert.Equal("Reading a CLIP found 3 attention heads for a tower of width 64: give a divisor of the width (--heads, " +
            "--text-heads), or the model's own configuration.",
            Assert.Throws<KedgeException>(() => ClipModel.Load(path, device: null, new HeadCounts(Text: 3))).Message);
    }

    public void Dispose() => _expected.Dispose();

    private void AssertEqual(string tower, AttentionProbe probe, Tensor y, int heads)
    {
        var gradients = probe.Gradients(y);
        Assert.Equal(3, probe.Weights.Count);
        for (var block = 0; block < probe.Weights.Count; block++)
        {
            var weights = _expected.Read($"heads{heads}.pair00.{tower}.attention.{block}");
            var gradient = _expected.Read($"heads{heads}.pair00.{tower}.gradient.{block}");
            Assert.InRange(GoldenClipTests.Difference(weights, probe.Weights[block][0].detach()), 0, FeatureTolerance);
            Assert.InRange(GoldenClipTests.Difference(gradient, gradients[block][0]) / gradient.abs().max().item<float>(),
                0, GradientTolerance);
        }
    }
}
