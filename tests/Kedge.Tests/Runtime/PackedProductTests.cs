using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Tests.Runtime;

public class PackedProductTests
{
    private const double Tolerance = 1e-5;  // F32 sums of 20 to 180 products in another order

    [Theory]
    [InlineData(Nonlinearity.None)]
    [InlineData(Nonlinearity.Relu)]
    [InlineData(Nonlinearity.Silu)]
    [InlineData(Nonlinearity.Gelu)]
    internal void A_packed_linear_map_is_the_linear_map(Nonlinearity f)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (x, w, b) = (randn([2, 3, 20], generator: generator), randn([7, 20], generator: generator), randn([7], generator: generator));
        using var packed = new PackedLinear(w, b, ScalarType.Float32, f);
        Same(Apply(f, F.linear(x, w, b)), packed.Apply(x));
        Same(Apply(f, F.linear(x[.., ..2], w, b)), packed.Apply(x[.., ..2])); // not contiguous
        using var noBias = new PackedLinear(w, bias: null, ScalarType.Float32, f);
        Same(Apply(f, F.linear(x, w)), noBias.Apply(x));
    }

    [Theory]
    [InlineData(Nonlinearity.None, 1, 1, 0)]
    [InlineData(Nonlinearity.Relu, 1, 1, 0)]
    [InlineData(Nonlinearity.Relu, 3, 1, 1)]
    [InlineData(Nonlinearity.Relu, 3, 2, 1)]
    [InlineData(Nonlinearity.None, 7, 2, 3)]
    internal void A_packed_convolution_is_the_convolution(Nonlinearity f, int kernel, int stride, int padding)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (x, b) = (randn([2, 5, 12, 12], generator: generator), randn([8], generator: generator));
        var w = randn([8, 5, kernel, kernel], generator: generator);
        using var packed = new PackedConvolution(w, b, stride, padding, ScalarType.Float32, f);
        var expected = F.conv2d(x, w, b, [stride, stride], [padding, padding]);
        Same(Apply(f, expected), packed.Apply(x));
        var plus = randn(expected.shape, generator: generator);
        Same(Apply(f, expected + plus), packed.Apply(x, plus));
    }

    [Fact]
    public void In_bfloat16_what_is_multiplied_is_rounded_and_sums_are_not()
    {
        using var scope = NewDisposeScope();
        using var packed = new PackedLinear(ones(1, 512), bias: null, ScalarType.BFloat16);
        var y = packed.Apply(ones(1, 512) + 1 / 4096f); // rounds to 1; in bfloat16 sums would end at 256
        Assert.Equal((ScalarType.BFloat16, 512f), (y.dtype, y.to(ScalarType.Float32).item<float>()));
    }

    private static Tensor Apply(Nonlinearity f, Tensor x) => f switch
    {
        Nonlinearity.Relu => F.relu(x),
        Nonlinearity.Silu => F.silu(x),
        Nonlinearity.Gelu => F.gelu(x),
        _ => x,
    };

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().item<float>(), 0, Tolerance * expected.abs().max().item<float>());
    }
}
