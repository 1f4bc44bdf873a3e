namespace Kedge.Data.Benchmarks;

/// <summary>Lines of the lists that come with data sets.</summary>
internal static class TextRows
{
    /// <summary>The lines that are not empty.</summary>
    /// <exception cref="KedgeException">The file cannot be read.</exception>
    internal static IReadOnlyList<string> Read(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The list {path} cannot be read ({e.Message}); expected it beside the images of the data set.", e);
        }
    }

    /// <summary>A line's first word, and the rest of it.</summary>
    /// <exception cref="KedgeException">There is one word alone.</exception>
    internal static (string Word, string Others) Split(string line, string path, string expected) =>
        line.IndexOf(' ', StringComparison.Ordinal) is var space && space > 0 ? (line[..space], line[(space + 1)..].Trim())
            : throw new KedgeException($"The list {path} has the line '{line}'; expected {expected}.");
}
