using Kedge.Clip;
using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

/// <summary>
/// Attention on demand: the same features, weights that are a softmax, gradients in them, and nothing left in the
/// towers.
/// </summary>
public class AttentionProbeTests
{
    private const double Tolerance = 2e-5; // of features: F32 sums in another order, as for the golden ones
    private static readonly string[] Texts = ["a photo of a dog.", "fox"];

    public static TheoryData<string> Folders => ["small/clip-vit", "small/clip-rn"];

    [Theory, MemberData(nameof(Folders))]
    public void Probed_features_are_the_unprobed_ones_and_rows_sum_to_one(string folder)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        var (pixels, clip) = (golden.Pixels(), golden.Model);
        using AttentionProbe image = new(), text = new();
        Assert.InRange(GoldenClipTests.Difference(clip.EncodeImage(pixels), ClipAttention.EncodeImage(clip, pixels, image)), 0, Tolerance);
        Assert.InRange(GoldenClipTests.Difference(clip.EncodeText(Texts), ClipAttention.EncodeText(clip, Texts, text)), 0, Tolerance);

        var (tower, words) = (clip.Configuration.Text.Transformer, Texts.Max(sentence => clip.Tokenizer.Encode(sentence).Length));
        Assert.Equal(tower.Layers, text.Weights.Count);
        Assert.All(text.Weights, weights => Assert.Equal([Texts.Length, tower.Heads, words, words], weights.shape));
        Assert.All(text.Weights, weights => Assert.Equal(0, weights.triu(1).abs().max().item<float>())); // nobody looks ahead
        if (clip.Configuration.Vision is VisionTransformerConfiguration vit)
        {
            Assert.Equal(vit.Transformer.Layers, image.Weights.Count);
            Assert.All(image.Weights, weights => Assert.Equal([pixels.shape[0], vit.Transformer.Heads, 17, 17], weights.shape));
        }
        else
            Assert.Equal([pixels.shape[0], ((ResNetConfiguration)clip.Configuration.Vision).Heads, 1, 5],
                Assert.Single(image.Weights).shape);
        foreach (var weights in image.Weights.Concat(text.Weights))
        {
            Assert.True(weights.ge(0).all().item<bool>());
            Assert.InRange(GoldenClipTests.Difference(ones_like(weights.sum(-1)), weights.sum(-1).detach()), 0, 1e-6); // F32's rounding
        }
    }

    /// <summary>y = Σ direction · x after one attention, and dy/dA by moving each entry of A.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Weights_and_gradients_are_those_of_a_plain_loop(bool causal)
    {
        const int length = 5, width = 8, heads = 2, headWidth = width / heads;
        const double step = 1e-2, near = 1e-3; // y is linear in A, so that F32's rounding alone is left
        using var scope = NewDisposeScope();
        using var generator = new Generator(11);
        var attention = new Attention(new Weights((_, shape) => randn(shape, generator: generator) * 0.5), width, heads);
        var (x, direction) = (randn([1, length, width], generator: generator), randn([1, length, width], generator: generator));
        using var probe = new AttentionProbe();
        var y = (attention.Forward(x, causal, probe) * direction).sum();
        var (weights, gradient) = (Assert.Single(probe.Weights).detach(), Assert.Single(probe.Gradients(y)));

        var qkv = nn.functional.linear(x, attention.in_proj_weight, attention.in_proj_bias)[0]; // [L, 3 W]
        var plain = new float[heads, length, length];
        for (var h = 0; h < heads; h++)
        {
            for (var i = 0; i < length; i++)
            {
                var scores = Enumerable.Range(0, causal ? i + 1 : length).Select(j => Math.Exp(Enumerable.Range(0, headWidth)
                    .Sum(d => (double)At(i, (h * headWidth) + d) * At(j, width + (h * headWidth) + d)) / Math.Sqrt(headWidth))).ToArray();
                for (var j = 0; j < scores.Length; j++)
                    plain[h, i, j] = (float)(scores[j] / scores.Sum());
            }
        }
        Assert.InRange(GoldenClipTests.Difference(tensor(plain), weights[0]), 0, 1e-5);
        Assert.Equal(y.item<float>(), Y(plain), near);
        for (var h = 0; h < heads; h++)
        {
            for (var i = 0; i < length; i++)
            {
                for (var j = 0; j < length; j++)
                {
                    var slope = (Moved(h, i, j, step) - Moved(h, i, j, -step)) / (2 * step);
                    Assert.Equal(slope, gradient[0, h, i, j].item<float>(), near);
                }
            }
        }

        float At(int row, int column) => qkv[row, column].item<float>();

        double Moved(int h, int i, int j, double by)
        {
            var moved = (float[,,])plain.Clone();
            moved[h, i, j] += (float)by;
            return Y(moved);
        }

        // Σ direction · (W_o A v + b)
        double Y(float[,,] a)
        {
            var joined = zeros(length, width);
            for (var h = 0; h < heads; h++)
                joined.narrow(1, h * headWidth, headWidth)
                    .copy_(matmul(tensor(a)[h], qkv.narrow(1, (2 * width) + (h * headWidth), headWidth)));
            return (nn.functional.linear(joined, attention.out_proj.weight, attention.out_proj.bias) * direction[0]).sum().item<float>();
        }
    }

    [Theory, MemberData(nameof(Folders))]
    public void Without_gradients_weights_are_plain_numbers(string folder)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        using var scope = NewDisposeScope();
        using var probe = new AttentionProbe();
        using (no_grad())
            ClipAttention.EncodeImage(golden.Model, golden.Pixels(), probe);
        Assert.All(probe.Weights, weights => Assert.False(weights.requires_grad));
    }

    [Theory, MemberData(nameof(Folders))]
    public void Encoding_in_other_threads_meanwhile_changes_nothing(string folder)
    {
        using var golden = Golden.Open(folder, "openai.fp16.safetensors", "small/images");
        var clip = golden.Model;
        using var pixels = golden.Pixels();
        using var expected = clip.EncodeImage(pixels);
        using var alone = new AttentionProbe();
        ClipAttention.EncodeImage(clip, pixels, alone).Dispose();
        var threads = get_num_threads(); // which part the sums, and are each thread's own
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, turn =>
        {
            set_num_threads(threads);
            using var scope = NewDisposeScope();
            if (turn % 2 == 0)
            {
                Assert.Equal(expected.data<float>(), clip.EncodeImage(pixels).data<float>());
                return;
            }
            using var probe = new AttentionProbe();
            ClipAttention.EncodeImage(clip, pixels, probe);
            Assert.Equal(alone.Weights.Count, probe.Weights.Count);
            Assert.All(alone.Weights.Zip(probe.Weights), pair => Assert.Equal(pair.First.data<float>(), pair.Second.data<float>()));
        });
        Assert.All(clip.Network.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void No_tensor_outlives_the_probe()
    {
        using var golden = Golden.Open("small/clip-vit", "openai.fp16.safetensors", "small/images");
        using var pixels = golden.Pixels();
        var before = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var probe = new AttentionProbe())
        using (var scope = NewDisposeScope())
            probe.Gradients(ClipAttention.EncodeImage(golden.Model, pixels, probe).sum());
        Assert.Equal(before, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
