namespace Kedge.Fuzzing;

/// <summary>
/// Inputs that were read wrongly once, made small. A new one is what <c>reproduce … --minimise</c> prints.
/// </summary>
internal static class Regressions
{
    public static Dictionary<string, (string Target, byte[] Input)> All { get; } = new()
    {
        ["a name in a zip that begins with a slash"] = ("photo-zip", Corpora.Archives.Of("/x.png", "b/0.png")),
    };

    public static TheoryData<string> Names => [.. All.Keys];
}
