using System.Buffers.Binary;

namespace Kedge.Imaging.Files;

/// <summary>The chunks of PNG and WebP files.</summary>
internal static class Chunks
{
    private const int RiffHeader = 12; // "RIFF", size, "WEBP"
    private const int PngSignature = 8;

    /// <summary>Whether a WebP file is shorter than it says, whatever of it the decoder needs.</summary>
    public static bool IsCutWebP(ReadOnlySpan<byte> file) =>
        file.Length < RiffHeader || BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L > file.Length;

    /// <summary>The data of the first chunk of a type in a WebP file; empty where there is none.</summary>
    public static ReadOnlySpan<byte> OfWebP(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type)
    {
        for (long at = RiffHeader; at + 8 <= file.Length;)
        {
            var header = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            if (header.StartsWith(type))
                return header.Slice(8, (int)Math.Min(length, header.Length - 8));
            at += 8L + length + (length & 1);
        }
        return [];
    }

    /// <summary>The data of the first chunk of a type in a PNG file; empty where there is none.</summary>
    public static ReadOnlySpan<byte> OfPng(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type)
    {
        for (long at = PngSignature; at + 12 <= file.Length;)
        {
            var header = file[(int)at..];
            var length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (header[4..].StartsWith(type))
                return header.Slice(8, (int)Math.Min(length, header.Length - 8));
            at += 12L + length;
        }
        return [];
    }
}
