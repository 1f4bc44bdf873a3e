using Kedge.Text;

namespace Kedge.Interpretation;

/// <summary>
/// A learned anchor in words: nearest words and phrases, and the classes to which it contributes most.
/// </summary>
/// <param name="Index">Its index among the K anchors.</param>
/// <param name="Start">The word that it is or was initialised from.</param>
/// <param name="StartCosine">
/// Cosine similarity of its feature to that word's, in the same template: 1 where it was not changed;
/// <see langword="null"/> without a text tower.
/// </param>
/// <param name="Words">
/// For each of its m learned tokens the nearest words of the vocabulary; empty where no token was learned, or without a
/// text tower.
/// </param>
/// <param name="Phrases">
/// The phrases of an open word list whose features are nearest, in the same template; empty without a text tower.
/// </param>
/// <param name="Classes">
/// The classes to which it contributes more than to the average class, the largest contribution first.
/// </param>
/// <param name="Influence">
/// The range (maximum − minimum) over the classes of its mean contribution, in logits: how much it separates classes.
/// </param>
public sealed record AnchorDescription(
    int Index,
    string Start,
    double? StartCosine,
    IReadOnlyList<IReadOnlyList<Neighbour>> Words,
    IReadOnlyList<Neighbour> Phrases,
    IReadOnlyList<ClassContribution> Classes,
    double Influence)
{
    /// <summary>The nearest phrases except the word that it was initialised from.</summary>
    public IEnumerable<string> OtherPhrases =>
        Phrases.Select(near => near.Text).Where(text => text != PromptTemplates.NormaliseName(Start));
}

/// <summary>The mean contribution of an anchor to a class, relative to the average class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Logits">
/// In logits, above 0: the mean over the support images, or over the anchors as images where
/// no support images are kept.
/// </param>
public readonly record struct ClassContribution(string ClassName, double Logits);
