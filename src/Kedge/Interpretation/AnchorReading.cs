using Kedge.Text;

namespace Kedge.Interpretation;

/// <summary>What an anchor can be read as.</summary>
/// <param name="Index">Its place among the K anchors.</param>
/// <param name="Start">The word that it is or started from.</param>
/// <param name="StartCosine">The cosine of its feature with that word's, in the same template: 1 where it did not move; <see langword="null"/> without a text tower.</param>
/// <param name="Words">For each of its m learned tokens the nearest words of the vocabulary; empty where no token was learned, or without a text tower.</param>
/// <param name="Phrases">The phrases of an open word list whose features are nearest, in the same template; empty without a text tower.</param>
/// <param name="Classes">The classes that it speaks for, the strongest first: those to which it gives more than to the average class.</param>
/// <param name="Influence">How much it can tell classes apart: the range over the classes of what it gives on average, in logits.</param>
public sealed record AnchorReading(
    int Index,
    string Start,
    double? StartCosine,
    IReadOnlyList<IReadOnlyList<Neighbour>> Words,
    IReadOnlyList<Neighbour> Phrases,
    IReadOnlyList<ClassLeaning> Classes,
    double Influence)
{
    /// <summary>The nearest phrases but the word that it started from.</summary>
    public IEnumerable<string> OtherPhrases => Phrases.Select(near => near.Text).Where(text => text != PromptTemplates.NormaliseName(Start));
}

/// <summary>How much more an anchor gives to a class than to the average class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Logits">Above 0: averaged over the support images, or over the anchors taken as images where no support images are kept.</param>
public readonly record struct ClassLeaning(string ClassName, double Logits);
