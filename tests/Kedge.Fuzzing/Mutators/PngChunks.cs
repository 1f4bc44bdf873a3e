using System.Buffers.Binary;
using System.Text;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Removes, repeats, exchanges and changes the chunks of a PNG; their checksums are right, mostly.</summary>
internal static class PngChunks
{
    private const int SignatureBytes = 8;

    private static readonly string[] Types =
        ["IHDR", "IDAT", "IEND", "PLTE", "tRNS", "eXIf", "iCCP", "gAMA", "cHRM", "sRGB", "zTXt", "iTXt", "acTL", "fcTL", "fdAT", "abcd"];

    public static byte[] Mutate(byte[] input, Draw draw)
    {
        if (input.Length < SignatureBytes || Split(input.AsSpan(SignatureBytes)) is not { Count: > 0 } chunks)
            return BinaryNumbers.Mutate(input, draw);
        var (at, other) = (draw.Below(chunks.Count), draw.Below(chunks.Count));
        switch (draw.Below(7))
        {
            case 0:
                chunks.RemoveAt(at);
                break;
            case 1:
                chunks.InsertRange(at, Enumerable.Repeat(chunks[at], draw.Length(100)));
                break;
            case 2:
                (chunks[at], chunks[other]) = (chunks[other], chunks[at]);
                break;
            case 3:
                Encoding.ASCII.GetBytes(draw.Pick(Types)).CopyTo(chunks[at], 4);
                break;
            case 4:
                chunks.Insert(at, [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(draw.Pick(Types)), 0, 0, 0, 0]);
                break;
            default:
                chunks[at] = [.. chunks[at].AsSpan(0, 8), .. BinaryNumbers.Mutate(chunks[at][8..^4], draw), 0, 0, 0, 0];
                break;
        }
        foreach (var chunk in chunks)
            Seal(chunk);
        if (draw.OneIn(10) && chunks.Count > 0)
            BinaryNumbers.Write(draw.Pick(chunks).AsSpan(0, 4), draw.Extreme(0), bigEndian: true);
        return [.. input.AsSpan(0, SignatureBytes), .. chunks.Join()];
    }

    /// <summary>Whole chunks: length, type, data and checksum.</summary>
    private static List<byte[]> Split(ReadOnlySpan<byte> input)
    {
        var chunks = new List<byte[]>();
        while (input.Length >= 12 && BinaryPrimitives.ReadUInt32BigEndian(input) is var length && length <= input.Length - 12)
        {
            chunks.Add(input[..(12 + (int)length)].ToArray());
            input = input[(12 + (int)length)..];
        }
        return chunks;
    }

    /// <summary>States the length and the checksum.</summary>
    private static void Seal(byte[] chunk)
    {
        BinaryPrimitives.WriteInt32BigEndian(chunk, chunk.Length - 12);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc(chunk.AsSpan(4, chunk.Length - 8)));
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
