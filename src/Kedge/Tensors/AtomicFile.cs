namespace Kedge.Tensors;

/// <summary>
/// Atomic writes of files and folders: to a temporary path in the same folder, then renamed to the target, so that no
/// reader sees incomplete content.
/// </summary>
internal static class AtomicFile
{
    /// <summary>Writes a file atomically and flushes it to the disk.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="size">The bytes that will be written, preallocated on the disk; null where unknown.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Write(string path, Action<Stream> write, long? size = null)
    {
        TemporaryFile.Sweep(path);
        var unfinished = "";
        try
        {
            using var stream = TemporaryFile.Create(path, size);
            unfinished = stream.Name;
            write(stream);
            stream.Flush(flushToDisk: true);
            File.Move(unfinished, path, overwrite: true); // still locked, so that nobody sweeps it
        }
        catch (Exception e)
        {
            if (unfinished.Length > 0)
                Remove(unfinished);
            if (e is DirectoryNotFoundException)
            {
                var folder = Path.GetDirectoryName(Path.GetFullPath(path));
                throw new KedgeException(
                    $"'{path}' cannot be written: the folder '{folder}' does not exist; make it or choose another.", e);
            }
            if (e is IOException or UnauthorizedAccessException)
            {
                var bytes = size is null ? "" : $" ({size:N0} bytes)";
                throw new KedgeException(
                    $"'{path}'{bytes} cannot be written: {e.Message} Free some space, or choose a place that you may write to.", e);
            }
            throw;
        }
    }

    /// <summary>Writes a folder atomically.</summary>
    /// <param name="folder">The target: a new folder, or an empty one, which is replaced.</param>
    /// <param name="write">Given a path, creates the folder there with its content.</param>
    /// <exception cref="IOException">The folder cannot be written; nothing of it stays.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static void WriteFolder(string folder, Action<string> write)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        TemporaryFile.SweepFolders(target);
        var unfinished = TemporaryFile.PathFor(target);
        using var writing = FileLock.Take(TemporaryFile.LockOf(unfinished));
        try
        {
            write(unfinished);
            if (Directory.Exists(folder))
                Directory.Delete(folder);
            Directory.Move(unfinished, folder);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the error that brought us here is the one to report
        }
    }
}
