using System.Text;
using System.Text.Unicode;

namespace Kedge.Imaging.Files;

/// <summary>Recognises what text is: pages of the web, drawings, pointers.</summary>
internal static class TextContents
{
    private const int Looked = 1024; // bytes

    /// <summary>What a file of no binary format is.</summary>
    public static FileContent Recognise(ReadOnlySpan<byte> bytes)
    {
        var start = bytes[..Math.Min(Looked, bytes.Length)];
        if (start is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
            return FileContent.Text; // UTF-16
        if (start.IsEmpty || start.ContainsAnyInRange((byte)0, (byte)6) || !IsUtf8(start))
            return FileContent.Unknown;
        if (start.StartsWith("version https://git-lfs"u8))
            return FileContent.GitLfsPointer;
        var text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return !text.StartsWith('<') ? FileContent.Text
            : text.Contains("<svg", StringComparison.OrdinalIgnoreCase) && !IsHtml(text) ? FileContent.Svg
            : IsHtml(text) ? FileContent.Html
            : FileContent.Text;
    }

    private static bool IsHtml(string text) =>
        text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.Contains("<html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is text, but for a character that is cut at its end.</summary>
    private static bool IsUtf8(ReadOnlySpan<byte> start)
    {
        for (var cut = 0; cut <= 3 && cut < start.Length; cut++)
        {
            if (Utf8.IsValid(start[..^cut]))
                return true;
        }
        return false;
    }
}
