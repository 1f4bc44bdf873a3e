namespace Kedge.Fuzzing.Mutators;

/// <summary>Flips bits and changes bytes, as bad disks and lines do.</summary>
internal static class BitFlips
{
    public static byte[] Mutate(byte[] input, Draw draw)
    {
        if (input.Length == 0)
            return draw.Token();
        byte[] result = [.. input];
        for (var count = draw.Length(8); count > 0; count--)
        {
            var at = draw.Below(draw.OneIn(2) ? input.Length : Math.Min(input.Length, 64)); // headers are short and matter most
            result[at] = draw.OneIn(2) ? (byte)(result[at] ^ (1 << draw.Below(8))) : draw.Byte();
        }
        return result;
    }
}
