using Kedge.Clip.Towers;
using static TorchSharp.torch;

namespace Kedge.Tests.Clip.Towers;

public class AttentionTests
{
    private const int Width = 32, Heads = 2;

    /// <summary>
    /// The two number formats take different ways through libtorch; weights this large give attention to few positions,
    /// so that a wrong scale shows.
    /// </summary>
    [Fact]
    public void Attention_in_bfloat16_gives_nearly_the_same_values_and_gradients()
    {
        const double tolerance = 0.05; // of the largest: bfloat16 keeps 8 bits, through four products
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var attention = new Attention(new Weights((_, shape) => randn(shape, generator: generator) * 0.3, trainable: false), Width, Heads);
        var x = randn([4, 9, Width], generator: generator);
        var (exact, exactSlope) = ValueAndSlope(x);
        var (rounded, roundedSlope) = ValueAndSlope(x.to(ScalarType.BFloat16));
        AssertNear(exact, rounded);
        AssertNear(exactSlope, roundedSlope);

        (Tensor, Tensor) ValueAndSlope(Tensor input)
        {
            var leaf = input.detach().requires_grad_();
            var y = attention.Forward(leaf, causal: false);
            y.to(ScalarType.Float32).square().sum().backward();
            return (y.detach().to(ScalarType.Float32), leaf.grad!.to(ScalarType.Float32));
        }

        static void AssertNear(Tensor expected, Tensor actual) =>
            Assert.InRange((expected - actual).abs().max().item<float>() / expected.abs().max().item<float>(), 0, tolerance);
    }
}
