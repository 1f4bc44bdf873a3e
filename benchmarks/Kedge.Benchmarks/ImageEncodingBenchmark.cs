using Kedge.Clip.Towers;
using Kedge.Features;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// ViT-B/32 image encoding, random weights, batch 16, two threads: Kedge in both precisions, as it is trained and ONNX
/// Runtime with 8-bit integers, each in turns with ONNX Runtime in float32 on the same network.
/// </summary>
internal static class ImageEncodingBenchmark
{
    private const int Batch = 16, Turns = 9;

    public static IEnumerable<string> Run()
    {
        using var network = Networks.Frozen("ViT-B/32");
        using var generator = new Generator(1);
        using var pixels = randn([Batch, 3, 224, 224], generator: generator);
        using var reference = new OnnxEncoder(network, Batch);
        using var integers = new OnnxEncoder(network, Batch, quantised: true);
        using var exact = network.PackedImageTower(ScalarType.Float32);
        using var half = network.PackedImageTower(ScalarType.BFloat16);
        yield return "| engine | images a second | ÷ ONNX Runtime, float32 | least cosine to its features |";
        yield return "|---|---|---|---|";
        yield return Row($"Kedge, float32 (libtorch {__version__})", () => Encode(exact));
        yield return Row($"Kedge, bfloat16{(ProcessorFeatures.HasBFloat16 ? "" : ", which this processor lacks")}", () => Encode(half));
        yield return Row("Kedge, the tower as it is trained", () => Encode(network.visual));
        yield return Row($"ONNX Runtime {OnnxEncoder.Version}, int8", () => integers.Encode(pixels));
        yield return "";
        yield return $"Medians of {Turns} turns (asked for: float32 at least 0.98, bfloat16 at least 1.7).";

        float[] Encode(VisionTower tower)
        {
            using var frozen = inference_mode();
            using var features = tower.Forward(pixels);
            return features.data<float>().ToArray();
        }

        string Row(string engine, Func<float[]> encode)
        {
            float[] ours = [], theirs = [];
            var duel = Duel.Run(Turns, () => ours = encode(), () => theirs = reference.Encode(pixels));
            using var cosines = (tensor(ours).view(Batch, -1).Unit() * tensor(theirs).view(Batch, -1).Unit()).sum(1);
            return $"| {engine} | {Batch / duel.First:f1} (beside {Batch / duel.Second:f1}) | **{duel.Ratio:f2}** | " +
                $"{cosines.min().item<float>():f6} |";
        }
    }
}
