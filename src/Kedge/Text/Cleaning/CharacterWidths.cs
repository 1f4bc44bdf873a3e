namespace Kedge.Text.Cleaning;

/// <summary>
/// Half-width and full-width forms (U+FF01 to U+FFEE) in their standard width, as Unicode's compatibility mapping has
/// them.
/// </summary>
internal static class CharacterWidths
{
    private const char Ascii = '\uff01', Brackets = '\uff5f', Katakana = '\uff61', Consonants = '\uffa0', Vowels = '\uffc2';
    private const char Signs = '\uffe0', LastSign = '\uffee';
    private const int AsciiShift = 0xfee0;

    private const string KatakanaForms = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソ" +
        "タチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a";

    private const string ConsonantForms = "\u1160\u1100\u1101\u11aa\u1102\u11ac\u11ad\u1103\u1104\u1105\u11b0\u11b1\u11b2\u11b3" +
        "\u11b4\u11b5\u111a\u1106\u1107\u1108\u1121\u1109\u110a\u110b\u110c\u110d\u110e\u110f\u1110\u1111\u1112";

    /// <summary>Six vowels of each eight places; U+1161 and following, one after the other.</summary>
    private const int VowelRow = 8, VowelsInRow = 6, FirstVowel = 0x1161, VowelCount = 21;

    private static readonly string[] SignForms = ["¢", "£", "¬", " \u0304", "¦", "¥", "₩", "\uffe7", "│", "←", "↑", "→", "↓", "■", "○"];

    /// <summary>The standard form of a character; <see langword="null"/> for any other character.</summary>
    internal static string? Standard(char c) => c switch
    {
        >= Ascii and < Brackets => ((char)(c - AsciiShift)).ToString(),
        >= Brackets and < Katakana => c == Brackets ? "⦅" : "⦆",
        >= Katakana and < Consonants => KatakanaForms[c - Katakana].ToString(),
        >= Consonants when c - Consonants < ConsonantForms.Length => ConsonantForms[c - Consonants].ToString(),
        >= Vowels and < Signs => Vowel(c - Vowels),
        >= Signs and <= LastSign => SignForms[c - Signs],
        _ => null,
    };

    private static string? Vowel(int place)
    {
        var (row, column) = (place / VowelRow, place % VowelRow);
        var index = (row * VowelsInRow) + column;
        return column < VowelsInRow && index < VowelCount ? ((char)(FirstVowel + index)).ToString() : null;
    }
}
