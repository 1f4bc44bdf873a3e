using System.Runtime.InteropServices;

namespace Kedge.Cli;

/// <summary>
/// Whether the process may open as many files as the program consists of: below that .NET cannot load its parts, and
/// crashes wherever it happens to be. Uses nothing that would have to be loaded.
/// </summary>
internal static class OpenFileLimit
{
    private const ulong Least = 128; // the program needs about 90, then a few for photos
    private const int OfLinux = 7; // RLIMIT_NOFILE
    private const int OfMac = 8;
    private const int StandardError = 2;

    /// <summary>Says what is wrong where the limit is too low.</summary>
    /// <returns>Whether it is high enough.</returns>
    public static bool Check()
    {
        if (OperatingSystem.IsWindows())
            return true;
        if (GetLimit(OperatingSystem.IsLinux() ? OfLinux : OfMac, out var limits) != 0 || limits.Now >= Least)
            return true;
        var message = "Kedge needs to open up to 128 files at once, and fewer are allowed here: raise the limit (ulimit -n 1024).\n"u8;
        _ = Write(StandardError, in message[0], message.Length);
        return false;
    }

#pragma warning disable SYSLIB1054 // the code that LibraryImport makes would have to load more
    [DllImport("libc", EntryPoint = "getrlimit")]
    private static extern int GetLimit(int resource, out Limits limits);

    [DllImport("libc", EntryPoint = "write")]
    private static extern nint Write(int file, in byte text, nint length);
#pragma warning restore SYSLIB1054

    private readonly struct Limits
    {
        public readonly ulong Now;
        private readonly ulong _most;
    }
}
