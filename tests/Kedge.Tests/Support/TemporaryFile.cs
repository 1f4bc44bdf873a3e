namespace Kedge.Tests.Support;

/// <summary>A path for a file that is deleted in the end.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kedge-test-");

    public string Name => Path.Combine(_folder.FullName, "x.kedge");

    public string[] Neighbours => Directory.GetFileSystemEntries(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);
}
