namespace Kedge.Tensors;

/// <summary>
/// A folder that one process at a time may write to. The lock is one of the operating system's on a file in it, so that
/// it ends with the process, however that ends.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    private const string FileName = "run.lock";

    private const int WouldBlock = 11; // EWOULDBLOCK of Linux
    private const int WouldBlockOnMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020); // of Windows

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Locks a folder until this is disposed.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <returns>The lock; null where another process has it.</returns>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static FolderLock? Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
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

    /// <summary>Removes the file and unlocks the folder.</summary>
    public void Dispose() => _file.Dispose();
}
