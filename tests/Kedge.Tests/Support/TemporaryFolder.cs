using System.IO.Compression;

namespace Kedge.Tests.Support;

/// <summary>A folder of its own for a test that writes files; gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kedge-tests-").FullName;

    /// <summary>What lies in the folder.</summary>
    public string[] Entries => Directory.GetFileSystemEntries(Path);

    /// <summary>A path in the folder, whether there is something or not.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes files that hold just their own path, for what looks at names only.</summary>
    public TemporaryFolder With(params string[] files)
    {
        foreach (var file in files)
            Write(file, file);
        return this;
    }

    /// <summary>Writes a file, with its folder, and gives its path.</summary>
    public string Write(string relative, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], content);
        return this[relative];
    }

    public string Write(string relative, string content) => Write(relative, System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>
    /// Writes a zip of files that hold just their own path, and of folders where a name ends with a slash.
    /// </summary>
    public string Zip(string name, params string[] entries)
    {
        using var zip = ZipFile.Open(this[name], ZipArchiveMode.Create);
        foreach (var entry in entries)
        {
            using var writer = new StreamWriter(zip.CreateEntry(entry).Open());
            if (!entry.EndsWith('/'))
                writer.Write(entry);
        }
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
