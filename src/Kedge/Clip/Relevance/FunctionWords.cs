namespace Kedge.Clip.Relevance;

/// <summary>Words that hold a sentence together and show nothing in a picture, and punctuation.</summary>
internal static class FunctionWords
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "a", "an", "the", "this", "that", "these", "those", "some", "any", "each", "every", "its", "his", "her", "their", "my", "your",
        "of", "in", "on", "at", "by", "to", "from", "with", "without", "for", "as", "into", "onto", "over", "under", "near", "about",
        "and", "or", "but", "not", "no", "nor", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "it", "our",
        "there", "which", "who", "what", "type", "kind", "photo", "picture", "image",
    };

    /// <summary>Whether a word is one, or has no letter or digit.</summary>
    /// <param name="word">In lower case.</param>
    public static bool Contains(string word) => Words.Contains(word) || !word.Any(char.IsLetterOrDigit);
}
