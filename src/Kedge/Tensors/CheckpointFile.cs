using System.IO.MemoryMappedFiles;
using Kedge.Runtime;

namespace Kedge.Tensors;

/// <summary>Opens checkpoint files and lists folders for reading.</summary>
internal static class CheckpointFile
{
    /// <summary>Memory-maps a whole file as a seekable stream; pages are read on first access.</summary>
    public static Stream Map(string path)
    {
        try
        {
            using var file = UserFile.OpenRead(path);
            if (file.Length == 0) // an empty file cannot be mapped
                return new MemoryStream([], writable: false);
            using var map =
                MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
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
}
