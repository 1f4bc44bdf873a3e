using Kedge.Features;
using Kedge.Imaging;
using SkiaSharp;

namespace Kedge.Benchmarks;

/// <summary>
/// What JPEG → tensor costs beside the encoder: ViT-B/32 on ready tensors against the whole path from
/// encoded photos, two threads.
/// </summary>
internal static class DecodingBenchmark
{
    private const int Photos = 64, Batch = 16, Width = 500, Height = 375, Quality = 90, Turns = 11;

    public static IEnumerable<string> Run()
    {
        using var encoder = new RandomEncoder("ViT-B/32");
        ImageFile[] photos = [.. Enumerable.Range(0, Photos).Select(i => new MemoryImage($"photo {i}", Draw(i)))];
        using var ready = encoder.Preprocessing.ToTensor([.. photos.Take(Batch).Select(encoder.Preprocessing.Crop)]);
        var duel = Duel.Run(Turns,
            () =>
            {
                for (var i = 0; i < Photos / Batch; i++)
                    encoder.EncodeImage(ready).Dispose();
            },
            () => new FeatureExtractor(encoder).Extract(photos, new() { BatchSize = Batch }).Dispose());
        yield return $"| path of {Photos} photos, {Width}×{Height} JPEG | seconds | photos a second |";
        yield return "|---|---|---|";
        yield return $"| ready tensors → features | {duel.First:f2} | {Photos / duel.First:f1} |";
        yield return $"| JPEG → features | {duel.Second:f2} | {Photos / duel.Second:f1} |";
        yield return "";
        yield return $"Throughput lost to decoding (median of {Turns} turns): **{100 * (1 - 1 / duel.Ratio):f1} %** (asked " +
            "for: at most 5 %).";
    }

    /// <summary>A picture with edges, gradients and noise, as a JPEG of about the size of a photo's.</summary>
    private static byte[] Draw(int seed)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(Width, Height);
        using var canvas = new SKCanvas(bitmap);
        using var shader = SKShader.CreateLinearGradient(new(0, 0), new(Width, Height), [Colour(), Colour()], SKShaderTileMode.Clamp);
        using var background = new SKPaint { Shader = shader };
        canvas.DrawRect(0, 0, Width, Height, background);
        for (var i = 0; i < 400; i++)
        {
            using var paint = new SKPaint { Color = Colour().WithAlpha(128), IsAntialias = true };
            canvas.DrawCircle(random.Next(Width), random.Next(Height), random.Next(2, 40), paint);
        }
        using var image = SKImage.FromBitmap(bitmap);
        using var data = image.Encode(SKEncodedImageFormat.Jpeg, Quality);
        return data.ToArray();

        SKColor Colour() => new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
    }

    private sealed class MemoryImage(string name, byte[] bytes) : ImageFile
    {
        public override string Name => name;

        public override byte[] ReadAllBytes() => bytes;
    }
}
