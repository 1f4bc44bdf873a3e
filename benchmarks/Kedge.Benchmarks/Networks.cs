using Kedge.Clip;
using Kedge.Clip.Prompts;
using Kedge.Clip.Towers;
using Kedge.Text;

namespace Kedge.Benchmarks;

internal static class Networks
{
    public const int Threads = 2;

    /// <summary>A published architecture with random weights, without gradients.</summary>
    public static ClipNetwork Frozen(string preset)
    {
        var network = ClipInitialisation.Build(ClipPresets.All[preset], seed: 1);
        foreach (var parameter in network.parameters())
            parameter.requires_grad_(false);
        network.eval();
        return network;
    }

    /// <summary>The tokens of "a photo of a" and ".", with start and end.</summary>
    public static (int[] Before, int[] After) Template { get; } =
        ([ClipTokenizer.Default.StartId, .. ClipTokenizer.Default.TokensOf("a photo of a")],
            [.. ClipTokenizer.Default.TokensOf("."), ClipTokenizer.Default.EndId]);

    /// <summary>Prompts of this template with one learned token.</summary>
    public static PromptEncoder Prompts(ClipNetwork network) =>
        new(network, ClipTokenizer.Default, [PromptSequence.OfTemplate("a photo of a", ".", rows: 1)]);
}
