using Kedge.Runtime;

namespace Kedge.Data.Benchmarks;

/// <summary>Reads the text files that list a data set's classes or images, one a line.</summary>
internal static class TextRows
{
    /// <summary>The lines that are not empty.</summary>
    /// <exception cref="KedgeException">The file cannot be read.</exception>
    internal static IReadOnlyList<string> Read(string path)
    {
        try
        {
            return [.. UserFile.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The list {path} cannot be read ({e.Message}); expected it beside the images of the data set.", e);
        }
    }

    /// <summary>Splits a line into its first word and the remainder.</summary>
    /// <exception cref="KedgeException">The line has a single word.</exception>
    internal static (string Word, string Others) Split(string line, string path, string expected) =>
        line.IndexOf(' ', StringComparison.Ordinal) is var space && space > 0 ? (line[..space], line[(space + 1)..].Trim())
            : throw new KedgeException($"The list {path} has the line '{line}'; expected {expected}.");
}
