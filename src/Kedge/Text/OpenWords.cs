namespace Kedge.Text;

/// <summary>A short list of everyday words, chosen by hand to cover what photos show: the open semantics that anchors start from.</summary>
public static class OpenWords
{
    private static readonly Lazy<IReadOnlyList<string>> Words = new(Read);

    /// <summary>256 words and short phrases, in an order that mixes the topics.</summary>
    public static IReadOnlyList<string> All => Words.Value;

    private static List<string> Read()
    {
        using var stream = typeof(OpenWords).Assembly.GetManifestResourceStream("open-words.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }
}
