using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// 64 anchors with one learned token through ViT-B's text tower, forward and backward: after the cached prefix
/// against all 77 positions.
/// </summary>
internal static class TextTowerBenchmark
{
    private const int Anchors = 64, Turns = 5;

    public static IEnumerable<string> Run()
    {
        using var network = Networks.Frozen("ViT-B/32");
        var (before, after) = Networks.Template;
        using var prompts = Networks.Prompts(network);
        using var generator = new Generator(1);
        using var tokens = (randn([Anchors, 1, 512], generator: generator) * 0.02).requires_grad_(true);
        using var direction = randn([Anchors, 512], generator: generator);
        using var ids = tensor(before.Append(0).Concat(after).Concat(Enumerable.Repeat(0, 77)).Take(77).Select(id => (long)id).ToArray());
        using var ends = full(Anchors, before.Length + after.Length, ScalarType.Int64);
        using var template = network.token_embedding.forward(ids);

        float[] fast = [], full77 = [];
        var duel = Duel.Run(Turns, () => fast = Gradient(AfterPrefix), () => full77 = Gradient(All77));
        var difference = fast.Zip(full77).Max(pair => Math.Abs(pair.First - pair.Second)) / full77.Max(Math.Abs);
        yield return "| encoding of 64 anchors, forward and backward | seconds |";
        yield return "|---|---|";
        yield return $"| 3 positions after the cached prefix of 5 | {duel.First:f4} |";
        yield return $"| all 77 positions | {duel.Second:f3} |";
        yield return "";
        yield return $"Ratio (median of {Turns} turns): **{duel.Ratio:f1}** (asked for: at least 20; to reach: 25). " +
            $"Largest difference of the gradients: {difference:e1} of their largest entry.";

        Tensor AfterPrefix() => prompts.Encode(tokens.unsqueeze(1)).squeeze(1);

        Tensor All77()
        {
            var around = template.expand(Anchors, -1, -1); // [K, 77, W]
            var embeddings = cat([around.narrow(1, 0, before.Length), tokens, around.narrow(1, before.Length + 1, 76 - before.Length)], 1);
            return network.EncodeText(embeddings, ends).Unit();
        }

        float[] Gradient(Func<Tensor> encode)
        {
            using var scope = NewDisposeScope();
            (encode() * direction).sum().backward();
            var gradient = tokens.grad!.data<float>().ToArray();
            tokens.grad = null;
            return gradient;
        }
    }
}
