namespace Kedge.Clip.Relevance;

/// <summary>What a mask over the patches of a photo makes of its similarity with a text.</summary>
/// <param name="Before">Without the mask.</param>
/// <param name="After">With it.</param>
/// <param name="Rows">Rows of patches.</param>
/// <param name="Visible">How much of each patch is left to see, 0 to 1, row by row from the top left.</param>
internal sealed record Guidance(PairRelevance Before, PairRelevance After, int Rows, IReadOnlyList<double> Visible)
{
    /// <summary>The scaled relevance of each word that shows in pictures, without the mask and with it.</summary>
    public IEnumerable<(string Text, double Before, double After)> Words => Before.Words.Zip(After.Words)
        .Where(pair => !FunctionWords.Contains(pair.First.Text))
        .Select(pair => (pair.First.Text, pair.First.Scaled, pair.Second.Scaled));
}
