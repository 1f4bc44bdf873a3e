using System.Globalization;
using System.Text;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Sets numbers that are written in digits to extremes.</summary>
internal static class DecimalNumbers
{
    private static readonly string[] Odd =
        ["1e999", "-1e999", "1e-999", "1.5", "-0", "0x10", "00", "1_000", "1,000", "NaN", "Infinity", "1e5", "٣",
            "99999999999999999999999"];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var start = draw.Below(input.Length);
        while (start < input.Length && !char.IsAsciiDigit((char)input[start]))
            start++;
        var end = start;
        while (end < input.Length && char.IsAsciiDigit((char)input[end]))
            end++;
        if (end == start)
            return BinaryNumbers.Mutate(input, draw);
        var usual = end - start < 10 ? long.Parse(Encoding.ASCII.GetString(input, start, end - start), CultureInfo.InvariantCulture) : 0;
        var number = draw.OneIn(4) ? draw.Pick(Odd) : draw.Extreme(usual).ToString(CultureInfo.InvariantCulture);
        return input.With(start, end - start, Encoding.UTF8.GetBytes(number));
    }
}
