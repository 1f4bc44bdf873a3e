using System.Runtime.InteropServices;

namespace Kedge.Cli.Output;

/// <summary>One-line error messages for users.</summary>
internal static class Failure
{
    private const int TooManyOpenFiles = 24; // EMFILE

    public static string Describe(Exception error) => Chain(error).Any(e => e is IOException { HResult: TooManyOpenFiles })
        ? "Too many files are open at once: raise the limit (ulimit -n), or decode with fewer threads (--threads)."
        : DescribeKind(error);

    private static string DescribeKind(Exception error) => error switch
    {
        KedgeException => OneLine(error.Message),
        OutOfMemoryException => NoMemory,
        ExternalException when error.Message.Contains("memory", StringComparison.OrdinalIgnoreCase) => NoMemory, // libtorch's allocators
        IOException or UnauthorizedAccessException => $"Reading or writing failed: {OneLine(error.Message)}",
        _ => $"Something unexpected went wrong ({error.GetType().Name}: {OneLine(error.Message)}); " +
            "run again with --verbose for the details.",
    };

    private const string NoMemory =
        "There is not enough memory: close other programs, take a smaller model, or give fewer or smaller images at a time.";

    private static IEnumerable<Exception> Chain(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            yield return error;
    }

    /// <summary>A message as one line.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
