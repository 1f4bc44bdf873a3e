using Kedge.Methods;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// Logits of photos by a fitted RTOS, 256 anchors and 100 classes, against ViT-B/32's image encoder on the same photos.
/// </summary>
internal static class PredictionBenchmark
{
    private const int Turns = 7;

    public static IEnumerable<string> Run()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var encoder = new RandomEncoder("ViT-B/32");
        using var generator = new Generator(1);
        using var classifier = new Rtos(new() { Steps = 1, Alpha = 20 }).Fit(DrawnTask.Of(classes: 100, anchors: 256));
        yield return "| batch | encoder, seconds | logits, seconds | share |";
        yield return "|---|---|---|---|";
        foreach (var batch in new[] { 1, 16 })
        {
            using var pixels = randn([batch, 3, 224, 224], generator: generator);
            using var features = encoder.EncodeImage(pixels);
            var duel = Duel.Run(Turns, () => encoder.EncodeImage(pixels).Dispose(), () => classifier.Logits(features).Dispose());
            yield return $"| {batch} | {duel.First:f4} | {duel.Second:f5} | **{100 * duel.Ratio:f2} %** |";
        }
        yield return "";
        yield return $"Medians of {Turns} turns (to reach: at most 2 %).";
    }
}
