using System.Text;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Runtime;

public sealed class TextDecodingTests : IDisposable
{
    private const string Text = "path\r\nétoile 狗\n";

    private readonly TemporaryFolder _temp = new();

    public static TheoryData<Encoding> Marked => [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32,
        new UTF32Encoding(bigEndian: true, byteOrderMark: true)];

    public void Dispose() => _temp.Dispose();

    [Theory, MemberData(nameof(Marked))]
    public void A_byte_order_mark_tells_the_encoding(Encoding encoding)
    {
        var path = _temp.Write("a.txt", [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]);
        Assert.Equal(Text, UserFile.ReadAllText(path));
        Assert.Equal(["path", "étoile 狗"], UserFile.ReadLines(path));
    }

    [Fact]
    public void Text_without_a_mark_is_UTF8() => Assert.Equal(Text, UserFile.ReadAllText(_temp.Write("a.txt", Text)));

    [Theory]
    [InlineData("a\r\nb\n\u00e9toile", 3, "é")]
    [InlineData("caf\u00e9\n", 1, "é")]
    [InlineData("a\rb\rc \u00fc", 3, "ü")]
    public void Text_in_another_encoding_is_refused_with_its_line(string text, int line, string letter)
    {
        var path = _temp.Write("a.txt", Encoding.Latin1.GetBytes(text));
        Assert.Equal($"Line {line} of {path} is not UTF-8 (byte 0x{(int)letter[0]:X2}); save the file as UTF-8.", Refusal(path));
    }

    [Fact]
    public void UTF16_without_a_mark_is_refused()
    {
        var path = _temp.Write("a.txt", Encoding.Unicode.GetBytes("path\n"));
        Assert.Equal($"Line 1 of {path} has a NUL character, as text in UTF-16 without a byte order mark has; save the file as UTF-8.",
            Refusal(path));
    }

    [Fact]
    public void Half_a_letter_of_UTF16_is_refused()
    {
        var path = _temp.Write("a.txt", [0xff, 0xfe, .. "a\0\n\0"u8, 0x00, 0xd8, .. "b\0"u8]);
        Assert.StartsWith($"Line 2 of {path} is not UTF-16", Refusal(path), StringComparison.Ordinal);
    }

    private static string Refusal(string path) => Assert.Throws<KedgeException>(() => UserFile.ReadAllText(path)).Message;
}
