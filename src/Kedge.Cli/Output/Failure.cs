using System.Runtime.InteropServices;

namespace Kedge.Cli.Output;

/// <summary>One-line error messages for users.</summary>
internal static class Failure
{
    public static string Describe(Exception error) => error switch
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

    /// <summary>A message as one line.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
