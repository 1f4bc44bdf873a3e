using System.IO.MemoryMappedFiles;

namespace Kedge.Fuzzing.Running;

/// <summary>
/// The number of the input that a worker reads now, in a file that both processes map: it is there after a death.
/// </summary>
internal sealed class Position(string path) : IDisposable
{
    private readonly MemoryMappedFile _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, sizeof(long));

    private MemoryMappedViewAccessor View => field ??= _file.CreateViewAccessor();

    public int Number
    {
        get => View.ReadInt32(0);
        set => View.Write(0, value);
    }

    public void Dispose()
    {
        View.Dispose();
        _file.Dispose();
    }
}
