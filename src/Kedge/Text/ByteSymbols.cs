using System.Text;

namespace Kedge.Text;

/// <summary>
/// The byte-to-character map of byte-level BPE: a printable character for each of the 256 bytes. Bytes printable in
/// Latin-1 map to themselves, the others to U+0100 and following. A word's last symbol carries <see cref="WordEnd"/>.
/// </summary>
internal static class ByteSymbols
{
    internal const string WordEnd = "</w>";

    private const int VisibleCount = 188;

    /// <summary>The bytes in the order of CLIP's vocabulary: first the printable ones, then the others.</summary>
    internal static byte[] InVocabularyOrder { get; } =
        [.. AllBytes().Where(IsVisible), .. AllBytes().Where(value => !IsVisible(value))];

    private static readonly char[] SymbolOfByte = MakeSymbols();

    private static readonly Dictionary<char, byte> ByteOfSymbol = AllBytes().ToDictionary(value => SymbolOfByte[value]);

    internal static char Symbol(byte value) => SymbolOfByte[value];

    /// <summary>
    /// The bytes of a token of the vocabulary without its word end; characters that are no
    /// symbols are encoded as UTF-8.
    /// </summary>
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
