using System.Text;
using Kedge.Runtime;
using Kedge.Tensors;

namespace Kedge.Cli.Output;

/// <summary>An output file of a command, checked before the run so that it does not fail at its end.</summary>
internal static class OutputFile
{
    /// <summary>Checks that a file can be written at a path; leaves nothing behind.</summary>
    /// <exception cref="KedgeException">It cannot; the message says why.</exception>
    public static void Check(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path) || folder is null)
            throw new KedgeException($"'{path}' cannot be written: it is a folder; name a file in it.");
        if (!Directory.Exists(folder))
            throw new KedgeException($"'{path}' cannot be written: the folder '{folder}' does not exist; make it or choose another.");
        if (SpecialFile.Describe(path) is not null) // such as /dev/null, which must not be replaced
            throw new KedgeException($"'{path}' cannot be written: it is no regular file; choose another name.");
        try
        {
            TemporaryFile.Sweep(path);
            File.Create(TemporaryFile.PathFor(path), bufferSize: 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"'{path}' cannot be written: {e.Message} Choose a place that you may write to.", e);
        }
    }

    /// <summary>Writes texts, one a line, completely or not at all.</summary>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void WriteLines(string path, IEnumerable<string> lines) =>
        WriteBytes(path, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))));

    /// <summary>Writes bytes, completely or not at all.</summary>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void WriteBytes(string path, byte[] bytes) => AtomicFile.Write(path, stream => stream.Write(bytes));
}
