using System.IO.MemoryMappedFiles;

namespace Kedge.Tensors;

/// <summary>Opens checkpoint files for reading and writes them so that a reader never meets half of one.</summary>
internal static class CheckpointFile
{
    /// <summary>Maps a whole file into memory as a seekable stream; pages are read when they are touched.</summary>
    public static Stream Map(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length == 0) // an empty file cannot be mapped
                return new MemoryStream([], writable: false);
            using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return map.CreateViewStream(0, file.Length, MemoryMappedFileAccess.Read);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KedgeException($"The checkpoint '{path}' cannot be read: there is no such file; check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The checkpoint '{path}' cannot be read: {e.Message} Check that it is a file that you may read.", e);
        }
    }

    /// <summary>The files of a folder.</summary>
    public static string[] List(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"The folder '{folder}' cannot be read: {e.Message} Check that you may read it.", e);
        }
    }

    /// <summary>Writes a file beside its place and moves it there when it is complete; on any failure nothing of it stays.</summary>
    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="size">The bytes that will be written, asked from the disk at once.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, long size, Action<Stream> write)
    {
        var unfinished = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                PreallocationSize = size,
                BufferSize = 1 << 16,
            }))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e)
        {
            Remove(unfinished);
            if (e is DirectoryNotFoundException)
            {
                var folder = Path.GetDirectoryName(Path.GetFullPath(path));
                throw new KedgeException($"'{path}' cannot be written: the folder '{folder}' does not exist; make it or choose another.", e);
            }
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new KedgeException(
                    $"'{path}' ({size:N0} bytes) cannot be written: {e.Message} Free some space, or choose a place that you may write to.", e);
            }
            throw;
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
