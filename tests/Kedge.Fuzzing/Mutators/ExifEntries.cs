using System.Buffers.Binary;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Changes the entries of the first TIFF directory in a file, as EXIF data and TIFF images have it.</summary>
internal static class ExifEntries
{
    private const int HeaderBytes = 8, EntryBytes = 12;

    /// <summary>Orientation, then tags of sizes, strips and sub-directories.</summary>
    private static readonly int[] Tags = [0x0112, 0x0112, 0x0112, 0x0100, 0x0101, 0x0103, 0x0111, 0x0117, 0x8769, 0x8825, 0x014A, 0xFFFF];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        var start = input.AsSpan().IndexOf("MM\0*"u8);
        var bigEndian = start >= 0;
        if (!bigEndian)
            start = input.AsSpan().IndexOf("II*\0"u8);
        if (start < 0 || start + HeaderBytes > input.Length)
            return BinaryNumbers.Mutate(input, draw);
        byte[] result = [.. input];
        var directory = start + (long)Read(input.AsSpan(start + 4, 4), bigEndian);
        if (draw.OneIn(10) || directory + 2 > input.Length)
        {
            BinaryNumbers.Write(result.AsSpan(start + 4, 4), draw.Extreme(HeaderBytes), bigEndian);
            return result;
        }
        var count = (int)Read(input.AsSpan((int)directory, 2), bigEndian);
        var entry = directory + 2 + ((long)EntryBytes * draw.Below(count));
        if (draw.OneIn(8) || count == 0 || entry + EntryBytes > input.Length)
            BinaryNumbers.Write(result.AsSpan((int)directory, 2), draw.Extreme(count), bigEndian);
        else
            Change(result.AsSpan((int)entry, EntryBytes), draw, bigEndian);
        return result;
    }

    /// <summary>Changes a tag, its type, its count or its value.</summary>
    private static void Change(Span<byte> entry, Draw draw, bool bigEndian)
    {
        switch (draw.Below(4))
        {
            case 0:
                BinaryNumbers.Write(entry[..2], draw.Pick(Tags), bigEndian);
                break;
            case 1:
                BinaryNumbers.Write(entry[2..4], draw.Below(15), bigEndian);
                break;
            case 2:
                BinaryNumbers.Write(entry[4..8], draw.Extreme(1), bigEndian);
                break;
            default:
                BinaryNumbers.Write(entry.Slice(8, draw.OneIn(2) ? 2 : 4), draw.OneIn(2) ? draw.Below(12) : draw.Extreme(1), bigEndian);
                break;
        }
    }

    private static uint Read(ReadOnlySpan<byte> place, bool bigEndian) => (place.Length, bigEndian) switch
    {
        (2, true) => BinaryPrimitives.ReadUInt16BigEndian(place),
        (2, false) => BinaryPrimitives.ReadUInt16LittleEndian(place),
        (_, true) => BinaryPrimitives.ReadUInt32BigEndian(place),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(place),
    };
}
