using System.Buffers.Binary;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Removes, repeats, exchanges and changes the segments of a JPEG before its first scan.</summary>
internal static class JpegSegments
{
    private const byte StartOfScan = 0xDA;

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var (segments, scan) = Split(input);
        if (segments.Count == 0)
            return BinaryNumbers.Mutate(input, draw);
        var (at, other) = (draw.Below(segments.Count), draw.Below(segments.Count));
        switch (draw.Below(7))
        {
            case 0:
                segments.RemoveAt(at);
                break;
            case 1:
                segments.InsertRange(at, Enumerable.Repeat(segments[at], draw.Length(100)));
                break;
            case 2:
                (segments[at], segments[other]) = (segments[other], segments[at]);
                break;
            case 3:
                segments[at][1] = (byte)(0xC0 + draw.Below(0x40)); // another marker
                break;
            case 4:
                BinaryNumbers.Write(segments[at].AsSpan(2, 2), draw.Extreme(segments[at].Length - 2), bigEndian: true);
                break;
            default:
                segments[at] = [.. segments[at].AsSpan(0, 4), .. BinaryNumbers.Mutate(segments[at][4..], draw)];
                break;
        }
        return [.. input.AsSpan(0, 2), .. segments.Join(), .. input.AsSpan(scan)];
    }

    /// <summary>The segments behind the start of the image, and where the first scan begins.</summary>
    private static (List<byte[]> Segments, int Scan) Split(byte[] input)
    {
        var (segments, at) = (new List<byte[]>(), 2);
        while (at + 4 <= input.Length && input[at] == 0xFF && input[at + 1] != StartOfScan)
        {
            var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at + 2));
            if (length < 4 || at + length > input.Length)
                break;
            segments.Add(input[at..(at + length)]);
            at += length;
        }
        return (segments, Math.Min(at, input.Length));
    }
}
