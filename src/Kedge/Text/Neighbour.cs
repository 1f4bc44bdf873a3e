namespace Kedge.Text;

/// <summary>
/// A nearest neighbour among words or phrases, of a vector that is no word itself, such as a learned token.
/// </summary>
/// <param name="Text">The word or phrase.</param>
/// <param name="Cosine">The cosine similarity, −1 to 1.</param>
public readonly record struct Neighbour(string Text, double Cosine);
