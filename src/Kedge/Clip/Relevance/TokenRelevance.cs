namespace Kedge.Clip.Relevance;

/// <summary>How much a token of a text, or a word of several tokens, carries a score.</summary>
/// <param name="Text">The token or word as it was tokenized: lower case.</param>
/// <param name="Share">Its share among the tokens of the text, without start and end: 0 to 1.</param>
/// <param name="Scaled">Divided by that of the most relevant token, 0 to 1; of a word, its tokens' largest.</param>
public sealed record TokenRelevance(string Text, double Share, double Scaled);
