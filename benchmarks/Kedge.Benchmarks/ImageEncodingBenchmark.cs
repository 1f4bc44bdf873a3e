using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// ViT-B/32 image encoding, random weights, batch 16, two threads: Kedge against ONNX Runtime on the same network.
/// </summary>
internal static class ImageEncodingBenchmark
{
    private const int Batch = 16, Turns = 15;

    public static IEnumerable<string> Run()
    {
        using var network = Networks.Frozen("ViT-B/32");
        using var options = new SessionOptions
        {
            IntraOpNumThreads = Networks.Threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        using var session = new InferenceSession(VisionTransformerOnnx.Build(network, Batch), options);
        using var generator = new Generator(1);
        using var pixels = randn([Batch, 3, 224, 224], generator: generator);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels.data<float>().ToArray(), pixels.shape);
        using var run = new RunOptions();

        float[] ours = [], theirs = [];
        var duel = Duel.Run(Turns,
            () =>
            {
                using var frozen = inference_mode();
                using var features = network.visual.Forward(pixels);
                ours = features.data<float>().ToArray();
            },
            () =>
            {
                using var features = session.Run(run, ["pixels"], [input], session.OutputNames);
                theirs = features[0].GetTensorDataAsSpan<float>().ToArray();
            });
        var difference = ours.Zip(theirs).Max(pair => Math.Abs(pair.First - pair.Second)) / theirs.Max(Math.Abs);
        yield return "| engine | seconds a batch of 16 | images a second |";
        yield return "|---|---|---|";
        yield return $"| Kedge (libtorch {__version__}) | {duel.First:f3} | {Batch / duel.First:f1} |";
        yield return $"| ONNX Runtime {OrtEnv.Instance().GetVersionString()} | {duel.Second:f3} | {Batch / duel.Second:f1} |";
        yield return "";
        yield return $"Kedge's throughput ÷ ONNX Runtime's (median of {Turns} turns): **{duel.Ratio:f2}** (asked for: at least 0.95). " +
            $"Largest relative difference of the features: {difference:e1}.";
    }
}
