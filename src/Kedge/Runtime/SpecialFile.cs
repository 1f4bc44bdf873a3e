using System.Runtime.InteropServices;

namespace Kedge.Runtime;

/// <summary>
/// What is at a path where it is no regular file: opening a pipe may wait for ever, and a device may have no end.
/// </summary>
internal static unsafe partial class SpecialFile
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint ModeAndType = 1; // STATX_TYPE
    private const int StatusBytes = 256; // of struct statx; struct stat of macOS is smaller
    private const int ModeOfStatx = 28; // its place in struct statx
    private const int ModeOfStat = 4; // its place in struct stat of macOS

    /// <summary>Says what a path leads to, links followed: "a pipe", "a socket", "a device" or "a folder".</summary>
    /// <returns>Null for a regular file, where nothing is there, and where the system does not tell.</returns>
    public static string? Describe(string path)
    {
        if (Directory.Exists(path))
            return "a folder";
        if (OperatingSystem.IsWindows() || IsOpenDescriptor(path))
            return null;
        try
        {
            return (Mode(path) & 0xF000) switch
            {
                0x1000 => "a pipe",
                0xC000 => "a socket",
                0x2000 or 0x6000 => "a device",
                _ => null,
            };
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Standard input and <c>&lt;(command)</c>, which are read by name on purpose.</summary>
    private static bool IsOpenDescriptor(string path) =>
        path is "/dev/stdin" || path.StartsWith("/dev/fd/", StringComparison.Ordinal)
        || path.StartsWith("/proc/self/fd/", StringComparison.Ordinal);

    /// <summary>Type and permissions; 0 where there is nothing.</summary>
    private static int Mode(string path)
    {
        var status = stackalloc byte[StatusBytes];
        var isLinux = OperatingSystem.IsLinux();
        var failed = isLinux ? StatX(CurrentFolder, path, 0, ModeAndType, status) : Stat(path, status);
        return failed == 0 ? *(ushort*)(status + (isLinux ? ModeOfStatx : ModeOfStat)) : 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint wanted, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* status);
}
