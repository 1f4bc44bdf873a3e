using System.Text.RegularExpressions;

namespace Kedge.Tensors;

/// <summary>
/// Temporary files beside the files that they become, <c>NAME.xxxxxxxx.xxx.tmp</c>. Whoever writes one holds an
/// exclusive lock on it, which ends with the process however that ends: what killed processes left is told by that.
/// </summary>
internal static partial class TemporaryFile
{
    private const int BufferSize = 1 << 16;
    private const string Lock = ".lock";

    /// <summary>A path beside the target that nothing is at.</summary>
    public static string PathFor(string target) => $"{target}.{Path.GetRandomFileName()}.tmp";

    /// <summary>Makes a file and locks it until the stream is closed.</summary>
    /// <param name="target">The file that it becomes.</param>
    /// <param name="size">The bytes that will be written, preallocated on the disk; null where unknown.</param>
    /// <exception cref="IOException">It cannot be made; nothing of it stays.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static FileStream Create(string target, long? size = null)
    {
        while (true)
        {
            var stream = new FileStream(PathFor(target), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                // elsewhere sharing is by advisory locks, and a file can be moved while it is open
                Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
                PreallocationSize = size ?? 0,
                BufferSize = BufferSize,
            });
            if (File.Exists(stream.Name)) // else another process swept it before it was locked
                return stream;
            stream.Dispose();
        }
    }

    /// <summary>Removes what killed processes left beside a target.</summary>
    public static void Sweep(string target)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(target)) is { } folder && Path.GetFileName(target) is { Length: > 0 } name)
            Sweep(folder, path => IsOwn(path, name));
    }

    /// <summary>Removes what killed processes left in a folder that is Kedge's own.</summary>
    public static void SweepFolder(string folder) => Sweep(folder, _ => true);

    /// <summary>Removes unfinished folders that killed processes left beside a target.</summary>
    public static void SweepFolders(string target) => Try(() =>
    {
        var (folder, name) = (Path.GetDirectoryName(target)!, Path.GetFileName(target));
        string[] entries = Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder, $"{name}.*") : [];
        var ours = entries.Select(path => path.EndsWith(Lock, StringComparison.Ordinal) ? path[..^Lock.Length] : path)
            .Where(path => IsOwn(path, name) && !File.Exists(path)).Distinct();
        foreach (var path in ours)
        {
            using var unlocked = FileLock.Take(LockOf(path));
            if (unlocked is not null && Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
    });

    /// <summary>The lock of whoever writes a temporary folder.</summary>
    public static string LockOf(string folder) => folder + Lock;

    private static void Sweep(string folder, Func<string, bool> isOwn) => Try(() =>
    {
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tmp") : [])
        {
            if (Pattern().IsMatch(path) && isOwn(path))
                Try(() => Remove(path));
        }
    });

    /// <summary>Removes a file that nobody has locked.</summary>
    private static void Remove(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose).Dispose();

    private static bool IsOwn(string path, string target) =>
        Pattern().IsMatch(path) && Pattern().Replace(Path.GetFileName(path), "") == target;

    /// <summary>What is being written, or cannot be listed or removed, is left for another time.</summary>
    private static void Try(Action sweep)
    {
        try
        {
            sweep();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // see above
        }
    }

    [GeneratedRegex(@"\.[a-z0-9]{8}\.[a-z0-9]{3}\.tmp$")]
    private static partial Regex Pattern();
}
