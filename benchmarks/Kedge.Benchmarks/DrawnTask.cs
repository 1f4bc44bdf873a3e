using Kedge.Features;
using Kedge.FewShot;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// Few-shot tasks of drawn features: classes and anchors at random; images of a class around a centre that lies off it,
/// so that learning has something to learn.
/// </summary>
internal static class DrawnTask
{
    public const int Width = 512, Shots = 16;

    // beside a class feature's 1: cosines of about 0.11 with the own class, 0 ± 0.04 with the others
    private const float Offset = 4, Noise = 8;

    /// <summary>A task of 16 shots a class in one view, in the current dispose scope.</summary>
    public static FewShotTask Of(int classes, int anchors)
    {
        using var generator = new Generator(1);
        var names = Unit(classes); // [C, D]
        var labels = arange(classes).repeat_interleave(Shots); // [N]
        var centres = names + Unit(classes) * Offset; // [C, D]
        var images = (centres.index_select(0, labels) + Unit(classes * Shots) * Noise).Unit(); // [N, D]
        return new FewShotTask(new(images.unsqueeze(0), labels),
            new([.. Enumerable.Range(0, classes).Select(c => $"class {c}")], names, 100, ["a photo of a {}."]))
        {
            Anchors = new AnchorSet(Unit(anchors), Words(anchors)),
        };

        Tensor Unit(int rows) => randn([rows, Width], generator: generator).Unit();
    }

    /// <summary>Names for anchors.</summary>
    public static string[] Words(int anchors) => [.. Enumerable.Range(0, anchors).Select(k => $"word {k}")];
}
