using Kedge.Clip.Towers;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>The image tower of a network, a Vision Transformer, in ONNX Runtime.</summary>
internal sealed class OnnxEncoder : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    public OnnxEncoder(ClipNetwork network, int batch, bool quantised = false)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = Networks.Threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        _session = new InferenceSession(VisionTransformerOnnx.Build(network, batch, quantised), options);
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>[B, 3, R, R] → [B, D], not unit length, row by row.</summary>
    public float[] Encode(Tensor pixels)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(pixels.data<float>().ToArray(), pixels.shape);
        using var features = _session.Run(_run, ["pixels"], [input], _session.OutputNames);
        return features[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }
}
