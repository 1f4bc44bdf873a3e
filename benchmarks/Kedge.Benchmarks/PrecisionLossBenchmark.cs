using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Data;
using Kedge.Features;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>What other precisions do to the features of photos by trained models: their cosines to float32.</summary>
internal static class PrecisionLossBenchmark
{
    private const int Photos = 256, Batch = 16;

    public static IEnumerable<string> Run(string data)
    {
        var all = DatasetReader.Open(data).Train;
        var images = Enumerable.Range(0, Photos).Select(i => all[(int)((long)i * all.Count / Photos)].Image).ToArray();
        yield return $"| model, {images.Length} photos | precision | mean cosine | least cosine |";
        yield return "|---|---|---|---|";
        foreach (var model in EmbeddedModels.Names)
        {
            using var clip = ClipModel.Load(model);
            using var half = clip.Network.PackedImageTower(ScalarType.BFloat16);
            var batches = images.Chunk(Batch).Where(batch => batch.Length == Batch).Select(batch => clip.Preprocess(batch)).ToArray();
            yield return Row(model, "bfloat16", clip, batches, pixels => half.Forward(pixels));
            if (clip.Configuration.Vision is VisionTransformerConfiguration)
            {
                using var integers = new OnnxEncoder(clip.Network, Batch, quantised: true);
                yield return Row(model, "int8, ONNX Runtime", clip, batches, pixels => tensor(integers.Encode(pixels)).view(Batch, -1));
            }
        }
    }

    private static string Row(string model, string precision, ClipModel clip, Tensor[] batches, Func<Tensor, Tensor> encode)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var cosines = cat([.. batches.Select(pixels => (clip.EncodeImage(pixels) * encode(pixels).Unit()).sum(1))]);
        return $"| {model} | {precision} | {cosines.mean().item<float>():f6} | {cosines.min().item<float>():f6} |";
    }
}
