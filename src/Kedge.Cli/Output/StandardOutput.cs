using Microsoft.Win32.SafeHandles;

namespace Kedge.Cli.Output;

/// <summary>
/// Standard output that says when its reader has gone (<c>kedge predict … | head</c>): the console's stream swallows
/// that, and work that nobody reads would go on.
/// </summary>
internal static class StandardOutput
{
    private const int NoReader = 32; // EPIPE

    /// <summary>The stream; a pipe's fails once it has no reader.</summary>
    public static Stream Open()
    {
        var console = Console.OpenStandardOutput();
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return console;
        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? console : stream; // a file is shared with others at its own position
    }

    /// <summary>Whether an error says that the reader has gone.</summary>
    public static bool HasNoReader(Exception error) => error is IOException { HResult: NoReader };
}
