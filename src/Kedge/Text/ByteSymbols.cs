using System.Text;

namespace Kedge.Text;

/// <summary>
/// The visible characters that vocabularies of byte-level BPE are spelled with, one for each of the 256 bytes: bytes that are visible in
/// Latin-1 stand for themselves, the others follow from U+0100 on. A word's last symbol carries <see cref="WordEnd"/>.
/// </summary>
internal static class ByteSymbols
{
    internal const string WordEnd = "</w>";

    private const int VisibleCount = 188;

    /// <summary>The bytes in the order of CLIP's vocabulary: first the visible ones, then the others.</summary>
    internal static byte[] InVocabularyOrder { get; } =
        [.. AllBytes().Where(IsVisible), .. AllBytes().Where(value => !IsVisible(value))];

    private static readonly char[] SymbolOfByte = MakeSymbols();

    private static readonly Dictionary<char, byte> ByteOfSymbol = AllBytes().ToDictionary(value => SymbolOfByte[value]);

    internal static char Symbol(byte value) => SymbolOfByte[value];

    /// <summary>The bytes that a token of the vocabulary stands for, without its word end; characters that are no symbols count as themselves.</summary>
    internal static byte[] Bytes(string token)
    {
        var bytes = new List<byte>(token.Length);
        foreach (var symbol in token)
        {
            if (ByteOfSymbol.TryGetValue(symbol, out var value))
                bytes.Add(value);
            else
                bytes.AddRange(Encoding.UTF8.GetBytes([symbol]));
        }
        return [.. bytes];
    }

    private static char[] MakeSymbols()
    {
        var symbols = new char[256];
        for (var i = 0; i < 256; i++)
        {
            var value = InVocabularyOrder[i];
            symbols[value] = IsVisible(value) ? (char)value : (char)(256 + i - VisibleCount);
        }
        return symbols;
    }

    private static bool IsVisible(byte value) => value is (>= 0x21 and <= 0x7e) or (>= 0xa1 and <= 0xac) or >= 0xae;

    private static IEnumerable<byte> AllBytes() => Enumerable.Range(0, 256).Select(value => (byte)value);
}
