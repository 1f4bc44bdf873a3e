namespace Kedge.Text;

/// <summary>Words for what photos show, in two lists: the open semantics that anchors start from.</summary>
internal static class OpenWords
{
    private static readonly Lazy<IReadOnlyList<string>> Words = new(() => Read("open-words.txt"));
    private static readonly Lazy<IReadOnlyList<string>> WordNetNouns = new(() => Read("open-nouns.txt"));

    /// <summary>256 everyday words, chosen by hand: things, qualities, shapes and places, in an order that mixes the topics.</summary>
    public static IReadOnlyList<string> All => Words.Value;

    /// <summary>
    /// 3,000 nouns and short phrases for what can be seen, the most common first: from WordNet 3.0, by Princeton University, under its licence (NOTICE);
    /// <c>eng/open-nouns.cs</c> picks them. Nine in ten are no words of <see cref="All"/>.
    /// </summary>
    public static IReadOnlyList<string> Nouns => WordNetNouns.Value;

    private static List<string> Read(string name)
    {
        using var stream = typeof(OpenWords).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }
}
