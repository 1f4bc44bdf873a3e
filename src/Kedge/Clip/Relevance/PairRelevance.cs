namespace Kedge.Clip.Relevance;

/// <summary>What of a text and what of an image carries their similarity.</summary>
/// <param name="Text">The text.</param>
/// <param name="Cosine">The cosine of image and text, −1 to 1.</param>
/// <param name="Start">
/// The share of the start of text, 0 to 1, which stands for no word; what is left is the tokens'. 1 for a text without
/// words.
/// </param>
/// <param name="Tokens">The tokens of the text, in order; none for a text without words.</param>
/// <param name="Words">The same by words, tokens of a word taken together.</param>
/// <param name="Patches">The patches of the image.</param>
public sealed record PairRelevance(
    string Text, double Cosine, double Start, IReadOnlyList<TokenRelevance> Tokens, IReadOnlyList<TokenRelevance> Words, PatchMap Patches)
{
    private const double NeglectedBelow = 0.7; // of the most relevant token: the published code

    /// <summary>
    /// Words that the similarity hardly rests on: below 0.7 of the most relevant token, as in the published code, which
    /// looks at nouns alone, where here words such as "the" and "of" alone are left out.
    /// </summary>
    public IReadOnlyList<string> Neglected =>
        [.. Words.Where(word => word.Scaled < NeglectedBelow && !FunctionWords.Contains(word.Text)).Select(word => word.Text)];
}
