using System.Text;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Writes a text in another encoding, with or without its mark.</summary>
internal static class TextEncodings
{
    private static readonly Encoding[] Encodings =
        [Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1, Encoding.UTF8, Encoding.UTF8];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var encoding = draw.Pick(Encodings);
        return [.. draw.OneIn(3) ? [] : encoding.GetPreamble(), .. encoding.GetBytes(Encoding.UTF8.GetString(input))];
    }
}
