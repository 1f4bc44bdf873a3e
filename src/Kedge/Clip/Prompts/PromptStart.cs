using static TorchSharp.torch;

namespace Kedge.Clip.Prompts;

/// <summary>Learned rows at their start.</summary>
internal static class PromptStart
{
    /// <summary>Rows that start from words: each text gives its first m tokens, repeated where it has fewer.</summary>
    /// <param name="tower">The text tower.</param>
    /// <param name="words">K texts.</param>
    /// <param name="rows">m, at least 1.</param>
    /// <returns>A new tensor [K, m, W], F32, without gradient, owned by the caller.</returns>
    public static Tensor StartRows(this ITextTower tower, IReadOnlyList<string> words, int rows)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return stack(words.Select(Start)).MoveToOuterDisposeScope();

        Tensor Start(string text)
        {
            var tokens = tower.TokenEmbeddings(text);
            if (tokens.shape[0] == 0)
            {
                throw new KedgeException(
                    $"Starting learned rows of a prompt found the words '{text}', which have no tokens: give other words.");
            }
            var places = Enumerable.Range(0, rows).Select(row => row % tokens.shape[0]).ToArray();
            return tokens.index_select(0, tensor(places, device: tokens.device));
        }
    }
}
