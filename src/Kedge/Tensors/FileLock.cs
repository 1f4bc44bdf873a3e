namespace Kedge.Tensors;

/// <summary>
/// A lock that one process at a time may have. It is the operating system's, on a file that is there for nothing else,
/// so that it ends with the process, however that ends.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK of Linux
    private const int WouldBlockOnMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020); // of Windows

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock until this is disposed.</summary>
    /// <param name="path">The file, in a folder that is there.</param>
    /// <returns>The lock; null where another process has it.</returns>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static FileLock? Take(string path)
    {
        try
        {
            while (true)
            {
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                if (File.Exists(path)) // else its last owner removed it before it was locked here
                    return new(file);
                file.Dispose();
            }
        }
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation)
        {
            return null;
        }
    }

    /// <summary>Removes the file and gives the lock back.</summary>
    public void Dispose() => _file.Dispose();
}
