namespace Kedge.Runtime;

/// <summary>
/// Reads files that a user names: regular ones alone, and into memory only up to a size. All else is an
/// <see cref="IOException"/> with a sentence for the reader's message, thrown before the file is opened.
/// </summary>
internal static class UserFile
{
    /// <summary>The most bytes of a file that is read into memory: 256 MiB.</summary>
    public const long MaxBytes = 1L << 28;

    private const int Portion = 1 << 16;

    /// <summary>Checks a file that another reader is to read.</summary>
    /// <exception cref="IOException">As for <see cref="ReadAllBytes"/>.</exception>
    public static void Check(string path, long most = MaxBytes)
    {
        using var stream = OpenRead(path);
        CheckLength(stream, most);
    }

    /// <summary>Opens a file of any size for reading.</summary>
    /// <param name="path">A regular file; standard input and <c>&lt;(command)</c> are read too.</param>
    /// <exception cref="IOException">It is a folder, pipe, socket or device, is not there, or cannot be
    /// opened.</exception>
    public static FileStream OpenRead(string path) => SpecialFile.Describe(path) is { } other
        ? throw new IOException($"It is {other}, not a regular file.")
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    /// <summary>The content of a file.</summary>
    /// <param name="path">As for <see cref="OpenRead"/>.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <exception cref="IOException">As for <see cref="OpenRead"/>, or it is larger.</exception>
    public static byte[] ReadAllBytes(string path, long most = MaxBytes)
    {
        using var stream = OpenRead(path);
        if (CheckLength(stream, most) is not (> 0 and var length))
            return ReadToEnd(stream, most);
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The text of a file, in UTF-8 where no byte order mark says otherwise.</summary>
    /// <exception cref="IOException">As for <see cref="ReadAllBytes"/>.</exception>
    /// <exception cref="KedgeException">It is in another encoding; the message names the line.</exception>
    public static string ReadAllText(string path, long most = MaxBytes) => TextDecoding.Decode(ReadAllBytes(path, most), path);

    /// <summary>The lines of a file's text.</summary>
    /// <inheritdoc cref="ReadAllText"/>
    public static IEnumerable<string> ReadLines(string path, long most = MaxBytes)
    {
        using var reader = new StringReader(ReadAllText(path, most));
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    /// <summary>The length that a file states; 0 where it states none.</summary>
    private static long CheckLength(FileStream stream, long most)
    {
        var length = stream.CanSeek ? stream.Length : 0;
        return length <= most ? length : throw new IOException($"It has {length:N0} bytes, more than the {most:N0} that are read.");
    }

    /// <summary>What a pipe, or a file of the system that states no length, gives.</summary>
    private static byte[] ReadToEnd(FileStream stream, long most)
    {
        using var content = new MemoryStream();
        var portion = new byte[Portion];
        for (int read; (read = stream.Read(portion)) > 0;)
        {
            if (content.Length + read > most)
                throw new IOException($"It has more than the {most:N0} bytes that are read.");
            content.Write(portion, 0, read);
        }
        return content.ToArray();
    }
}
