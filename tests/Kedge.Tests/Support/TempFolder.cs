using System.IO.Compression;

namespace Kedge.Tests.Support;

/// <summary>A folder for one test. Readers of data sets look at names only, so that its images hold just their own path.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kedge").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public TempFolder With(params string[] files)
    {
        foreach (var file in files)
            Write(file, file);
        return this;
    }

    public string Write(string relative, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
        return this[relative];
    }

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
