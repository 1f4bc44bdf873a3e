using Kedge.Clip;
using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Relevance;

/// <summary>Relevance of patches in towers that pool instead of attending in blocks.</summary>
public class PoolingRelevanceTests
{
    private const double Tolerance = 1e-5; // of the largest entry: single precision

    /// <summary>
    /// The mean with weights w_p in place of 1/P: E_p = max(0, 1/P · ∂cos/∂w_p), by moving each weight.
    /// </summary>
    [Fact]
    public void Of_a_mean_patches_count_as_far_as_they_raise_the_score()
    {
        const string text = "a photo of a dog.";
        using var clip = ClipModel.Load(EmbeddedModels.Default);
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var pixels = rand([1, 3, 224, 224], generator: generator);
        var (_, tokens, patches) = ClipRelevance.Pairs(clip, pixels, [text]);
        using var noGrad = no_grad();
        var tower = (BasicResNet)clip.Network.visual;
        var grid = tower.Map(pixels).flatten(2).squeeze(0).to(ScalarType.Float64); // [8 · width, P]
        var target = clip.EncodeText([text])[0].to(ScalarType.Float64);
        var (weight, bias) = (tower.proj.weight.to(ScalarType.Float64), tower.proj.bias.to(ScalarType.Float64));
        const double step = 1e-5;
        var slopes = Enumerable.Range(0, 49).Select(p => (Cosine(p, step) - Cosine(p, -step)) / (2 * step));
        var expected = slopes.Select(slope => (float)Math.Max(0, slope / 49)).ToArray();
        Assert.Equal([1, 49], patches.shape);
        Assert.InRange(GoldenClipTests.Difference(tensor(expected), patches[0]) / expected.Max(), 0, 1e-3);
        Assert.InRange(expected.Count(value => value > 0), 5, 44); // the parts of all patches sum to 0: the feature's length says nothing
        Assert.InRange(tokens[0].sum().item<float>(), 1 - Tolerance, 1 + Tolerance);

        double Cosine(int patch, double by)
        {
            var weights = full(49, 1.0 / 49, ScalarType.Float64);
            weights[patch] += by;
            var g = nn.functional.normalize(grid.matmul(weights), dim: 0);
            return (nn.functional.normalize(weight.matmul(g) + bias, dim: 0) * target).sum().item<double>();
        }
    }

    [Fact]
    public void Of_an_attention_pooling_patches_are_the_positions_that_the_mean_looks_at()
    {
        using var golden = Golden.Open("small/clip-rn", "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var (clip, pixels) = (golden.Model, golden.Pixels().narrow(0, 0, 1));
        var (_, _, patches) = ClipRelevance.Pairs(clip, pixels, ["a dog"]);
        using AttentionProbe image = new();
        var cosine = (ClipAttention.EncodeImage(clip, pixels, image) * clip.EncodeText(["a dog"])).sum();
        var carried = (image.Weights[0] * image.Gradients(cosine)[0]).detach().clamp_min(0).mean([1]); // [1, 1, 1 + P]
        Assert.Equal([1, 4], patches.shape);
        Assert.InRange(GoldenClipTests.Difference(carried[0, 0].narrow(0, 1, 4), patches[0]), 0, 1e-7);
    }
}
