namespace Kedge.Text;

/// <summary>Two vocabularies of visual words, the open semantics from which anchors are initialised.</summary>
internal static class OpenWords
{
    private static readonly Lazy<IReadOnlyList<string>> Words = new(() => Read("open-words.txt"));
    private static readonly Lazy<IReadOnlyList<string>> WordNetNouns = new(() => Read("open-nouns.txt"));

    /// <summary>
    /// 256 everyday words, chosen by hand: things, qualities, shapes and places, in an order that mixes the topics.
    /// </summary>
    public static IReadOnlyList<string> All => Words.Value;

    /// <summary>
    /// 3,000 nouns and short phrases for visible things, the most frequent first: from WordNet 3.0, by
    /// Princeton University, under its licence (NOTICE); selected by <c>eng/open-nouns.cs</c>. Nine in ten are
    /// no words of <see cref="All"/>.
    /// </summary>
    public static IReadOnlyList<string> Nouns => WordNetNouns.Value;

    private static List<string> Read(string name)
    {
        using var stream = typeof(OpenWords).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }
}
