using Kedge.Clip;
using Kedge.Imaging;
using Kedge.Text;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>The explanation of one photo and one text with ViT-B/32 of drawn weights, against encoding both.</summary>
internal static class RelevanceBenchmark
{
    private const int Turns = 9;
    private const string Text = "a photo of a red boat on a lake.";

    public static IEnumerable<string> Run()
    {
        var source = new ClipSource(
            "ViT-B/32", null, default, default, ClipTokenizer.Default, new Preprocessing(), "", EncoderPrecision.Float32, default, []);
        using var clip = new ClipModel(source, Networks.Frozen("ViT-B/32"));
        using var generator = new Generator(1);
        using var pixels = randn([1, 3, 224, 224], generator: generator);
        yield return "| one photo, one text | encoding both, seconds | explanation, seconds | ratio |";
        yield return "|---|---|---|---|";
        foreach (var allBlocks in new[] { false, true })
        {
            var duel = Duel.Run(Turns, Encode, () => Explain(allBlocks));
            yield return $"| patches of {(allBlocks ? "all blocks" : "the last block")} | {duel.First:f4} | {duel.Second:f4} | " +
                $"**{duel.Ratio:f2}** |";
        }
        yield return "";
        yield return $"Medians of {Turns} turns (asked for: at most 3).";

        void Encode()
        {
            using var scope = NewDisposeScope();
            clip.EncodeImage(pixels);
            clip.EncodeText([Text]);
        }

        void Explain(bool allBlocks)
        {
            using var scope = NewDisposeScope();
            ClipRelevance.Pairs(clip, pixels, [Text], allBlocks: allBlocks);
        }
    }
}
