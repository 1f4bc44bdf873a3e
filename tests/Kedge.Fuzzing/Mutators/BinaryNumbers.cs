using System.Buffers.Binary;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Sets lengths, counts and offsets of binary formats to extremes.</summary>
internal static class BinaryNumbers
{
    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var width = 1 << draw.Below(4);
        if (input.Length < width)
            return [.. input, .. draw.Token()];
        var last = input.Length - width;
        byte[] result = [.. input];
        Write(result.AsSpan(draw.Below(1 + (draw.OneIn(2) ? last : Math.Min(last, 64))), width), draw.Extreme(input.Length), draw.OneIn(2));
        return result;
    }

    /// <summary>Writes the lowest bytes of a number.</summary>
    /// <param name="place">1 to 8 bytes.</param>
    /// <param name="value">The number.</param>
    /// <param name="bigEndian">Whether the highest byte comes first.</param>
    public static void Write(Span<byte> place, long value, bool bigEndian)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        if (bigEndian)
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        (bigEndian ? bytes[^place.Length..] : bytes[..place.Length]).CopyTo(place);
    }
}
