using System.Text;

namespace Kedge.Runtime;

/// <summary>
/// Decodes text files of users by their byte order mark, else as UTF-8. What is neither is refused with its line:
/// nothing is half-read.
/// </summary>
internal static class TextDecoding
{
    private static readonly Encoding Utf8 = Strict(Encoding.UTF8);

    // the mark of UTF-32 begins with that of UTF-16
    private static readonly (byte[] Mark, Encoding Encoding, string Name)[] Marked =
    [
        ([0xef, 0xbb, 0xbf], Utf8, "UTF-8"),
        ([0xff, 0xfe, 0, 0], Strict(Encoding.UTF32), "UTF-32"),
        ([0, 0, 0xfe, 0xff], Strict(new UTF32Encoding(bigEndian: true, byteOrderMark: true)), "UTF-32"),
        ([0xff, 0xfe], Strict(Encoding.Unicode), "UTF-16"),
        ([0xfe, 0xff], Strict(Encoding.BigEndianUnicode), "UTF-16"),
    ];

    /// <summary>The text, without its mark.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="KedgeException">It is in another encoding; the message names the line.</exception>
    internal static string Decode(ReadOnlySpan<byte> bytes, string path)
    {
        var (mark, encoding, name) = (Array.Empty<byte>(), Utf8, "UTF-8");
        foreach (var known in Marked)
        {
            if (bytes.StartsWith(known.Mark))
            {
                (mark, encoding, name) = known;
                break;
            }
        }
        bytes = bytes[mark.Length..];
        try
        {
            var text = encoding.GetString(bytes);
            var nul = text.IndexOf('\0', StringComparison.Ordinal);
            return nul < 0 ? text : throw new KedgeException($"Line {Line(text.AsSpan(0, nul))} of {path} has a NUL character, " +
                "as text in UTF-16 without a byte order mark has; save the file as UTF-8.");
        }
        catch (DecoderFallbackException e)
        {
            var (at, wrong) = (Math.Clamp(e.Index, 0, bytes.Length), e.BytesUnknown is [var first, ..] ? $" (byte 0x{first:X2})" : "");
            var before = Encoding.GetEncoding(encoding.CodePage).GetString(bytes[..at]);
            throw new KedgeException($"Line {Line(before)} of {path} is not {name}{wrong}; save the file as UTF-8.", e);
        }
    }

    private static int Line(ReadOnlySpan<char> before) => 1 + before.Count('\n') + before.Count('\r') - before.Count("\r\n");

    private static Encoding Strict(Encoding encoding) =>
        Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
}
