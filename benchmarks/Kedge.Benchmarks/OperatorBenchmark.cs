using Kedge.Runtime;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Kedge.Benchmarks;

/// <summary>
/// The operators of a block of ViT-B/32, batch 16, one thread, in processor time: as libtorch has them in float32, and
/// with packed weights in both precisions.
/// </summary>
internal static class OperatorBenchmark
{
    private const int Rows = 16 * 50, Width = 768, Hidden = 4 * Width, Turns = 7;

    public static IEnumerable<string> Run()
    {
        var threads = get_num_threads();
        set_num_threads(1);
        using var frozen = inference_mode();
        yield return "| operator, processor milliseconds | float32 | float32, packed | bfloat16, packed |";
        yield return "|---|---|---|---|";
        yield return Product("queries, keys, values: 768 → 2,304", Width, 3 * Width);
        yield return Product("after the attention: 768 → 768", Width, Width);
        yield return Product("MLP, with SiLU: 768 → 3,072", Width, Hidden, Nonlinearity.Silu);
        yield return Product("MLP: 3,072 → 768", Hidden, Width);
        yield return Attention();
        yield return Norm();
        set_num_threads(threads);
    }

    private static string Product(string name, long inputs, long outputs, Nonlinearity f = Nonlinearity.None)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (randn(Rows, inputs), randn(outputs, inputs), randn(outputs));
        using var exact = new PackedLinear(weight, bias, ScalarType.Float32, f);
        using var half = new PackedLinear(weight, bias, ScalarType.BFloat16, f);
        var narrow = x.to(ScalarType.BFloat16);
        return Row(name,
            Time(() =>
            {
                var y = F.linear(x, weight, bias);
                if (f == Nonlinearity.Silu)
                    F.silu(y, inplace: true);
            }),
            Time(() => exact.Apply(x)), Time(() => half.Apply(narrow)));
    }

    private static string Attention()
    {
        using var scope = NewDisposeScope();
        var exact = randn([16, 50, 3, 12, 64]).permute(2, 0, 3, 1, 4).unbind(0); // 3 × [B, H, L, W/H]
        var half = exact.Select(part => part.to(ScalarType.BFloat16)).ToArray();
        var fused = Time(() => F.scaled_dot_product_attention(exact[0], exact[1], exact[2]));
        return Row("attention", fused, fused, Time(() => matmul(softmax(matmul(half[0], half[1].transpose(-1, -2)), -1), half[2])));
    }

    private static string Norm()
    {
        using var scope = NewDisposeScope();
        var (x, one, zero) = (randn(Rows, Width), ones(Width), zeros(Width));
        var once = Time(() => F.layer_norm(x, [Width], one, zero, 1e-5));
        var cast = Time(() => F.layer_norm(x, [Width], one, zero, 1e-5).to(ScalarType.BFloat16));
        return Row("layer norm, twice", 2 * once, 2 * once, 2 * cast);
    }

    private static double Time(Action run) => Duel.Time(Turns, () =>
    {
        using var scope = NewDisposeScope();
        run();
    }).Processor;

    private static string Row(string name, double plain, double exact, double half) =>
        $"| {name} | {1000 * plain:f2} | {1000 * exact:f2} | {1000 * half:f2} |";
}
