using System.Text.RegularExpressions;

namespace Kedge.Tensors;

/// <summary>
/// Temporary files beside the files that they become, <c>NAME.xxxxxxxx.xxx.tmp</c>. Whoever writes one holds an
/// exclusive lock on it, which ends with the process however that ends: what killed processes left is told by that.
/// </summary>
internal static partial class TemporaryFile
{
    private const int BufferSize = 1 << 16;

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
            Sweep(folder, file => file.StartsWith($"{name}.", StringComparison.Ordinal) && file.Length == name.Length + Ending);
    }

    /// <summary>Removes what killed processes left in a folder that is Kedge's own.</summary>
    public static void SweepFolder(string folder) => Sweep(folder, _ => true);

    private const int Ending = 17; // .xxxxxxxx.xxx.tmp

    private static void Sweep(string folder, Func<string, bool> isOwn)
    {
        try
        {
            foreach (var path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.tmp") : [])
            {
                if (Pattern().IsMatch(path) && isOwn(Path.GetFileName(path)))
                    Remove(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a folder that cannot be listed is swept another time
        }
    }

    private static void Remove(string path)
    {
        try
        {
            using var unlocked = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // somebody is writing it, or it is not ours to remove
        }
    }

    [GeneratedRegex(@"\.[a-z0-9]{8}\.[a-z0-9]{3}\.tmp$")]
    private static partial Regex Pattern();
}
