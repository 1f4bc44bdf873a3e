using Kedge.Methods;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// A step of RTOS with 64 anchors through ViT-B's text tower against the same step without the tower: loss,
/// gradients, pulls and Adam.
/// </summary>
internal static class RtosStepBenchmark
{
    private const int Anchors = 64, Turns = 7;

    public static IEnumerable<string> Run()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Frozen("ViT-B/32");
        using var generator = new Generator(1);
        var task = DrawnTask.Of(classes: 100, Anchors);
        var tokens = new Parameter(randn([Anchors, 1, 512], generator: generator) * 0.02);
        using var anchors = new TokenAnchors(Networks.Prompts(network), "a photo of a {}.", tokens, DrawnTask.Words(Anchors));
        using var points = new PointAnchors(new Parameter(anchors.Encode(tokens).detach().clone()), anchors.Names);
        using var through = new RtosFit(task, new() { Alpha = 20 }, anchors);
        using var without = new RtosFit(task, new() { Alpha = 20 }, points);
        using var steps = Steps(through);
        using var rest = Steps(without);

        var duel = Duel.Run(Turns, () => steps.MoveNext(), () => rest.MoveNext());
        yield return "| a step of rtos, 64 anchors, 100 classes × 16 shots | seconds |";
        yield return "|---|---|";
        yield return $"| whole | {duel.First:f4} |";
        yield return $"| all but the text tower | {duel.Second:f4} |";
        yield return "";
        yield return $"Share of the rest (median of {Turns} turns): **{100 * duel.Ratio:f1} %** (to reach: at most 10 %).";

        IEnumerator<double> Steps(RtosFit fit) => fit.Learn(arange(task.Support.Count), steps: 200).GetEnumerator();
    }
}
