using System.Text;

namespace Kedge.Fuzzing;

/// <summary>One input, and a scratch folder for parsers that read files.</summary>
/// <param name="folder">The scratch folder; what a target prepared in it stays there from input to input.</param>
/// <param name="bytes">The input.</param>
internal sealed class FuzzInput(string folder, byte[] bytes)
{
    public string Folder { get; } = folder;

    public byte[] Bytes { get; } = bytes;

    /// <summary>The input as text; bytes that are no UTF-8 become U+FFFD.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Writes the input as a file of the scratch folder and gives its path.</summary>
    public string Write(string name) => Write(name, Bytes);

    /// <summary>Writes a file; one that an earlier input left open stays what it was.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));
}
