using Kedge.Runtime;

namespace Kedge.Cli.Options;

/// <summary>Text files with one item a line.</summary>
internal static class TextLines
{
    /// <summary>Reads all lines; an empty line is an empty text.</summary>
    /// <exception cref="KedgeException">The file cannot be read, or is empty.</exception>
    public static IReadOnlyList<string> Read(string path)
    {
        try
        {
            return UserFile.ReadLines(path).ToList() is { Count: > 0 } lines
                ? lines
                : throw new KedgeException($"The file of texts '{path}' is empty; expected a text a line.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The file of texts '{path}' cannot be read: {e.Message} Check the path and its permissions.", e);
        }
    }
}
