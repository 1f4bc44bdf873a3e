using System.Text;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Puts characters into texts that are seldom tried.</summary>
internal static class TextCharacters
{
    private static readonly byte[][] Characters =
    [
        .. ((string[])[
            "\0", "\a", "\u001b[2J", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u0130", "\u0131", "\u0132", "\u0149", "\u01c5", "\u0301",
            "\u0308\u0301",
            "\u03a3", "\u0587", "\u1e9e", "\u200b", "\u200d", "\u200e", "\u2028", "\u2029", "\u202e", "\u2060", "\u3000", "\uac00",
            "\ufb01",
            "\ufb13", "\ufdfa", "\ufeff", "\uff21", "\ufffc", "\ufffd", "\uffff", "\U0001d400",
            "\U0001f468\u200d\U0001f469\u200d\U0001f467",
            "\U0001f1e9", "\U0002f800", "\U000e0041", "\U0010ffff", "&lt;", "&#65;", "&#xD800;", "&amp;amp;amp;", "\"", "'", "’",
            "<|endoftext|>"])
            .Select(Encoding.UTF8.GetBytes),
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xFF], [0xE9], [0x93, 0xFA],
    ];

    /// <summary>A character, or a run of it.</summary>
    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var (at, character) = (draw.Below(input.Length), draw.OneIn(4) ? [(byte)('a' + draw.Below(26))] : draw.Pick(Characters));
        var times = draw.OneIn(3) ? draw.Length(draw.OneIn(10) ? 200_000 : 300) : 1;
        return input.With(at, draw.Below(Math.Min(4, input.Length - at)), Enumerable.Repeat(character, times).Join());
    }
}
