using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Kedge.Data;

/// <summary>Unpacks an entry of a zip; any number of threads at once.</summary>
internal static class ZipContent
{
    private const int HeaderLength = 30;
    private const ushort Stored = 0, Deflated = 8;

    /// <summary>What DEFLATE makes of a byte at most: 258 bytes of two bits.</summary>
    private const long MaxExpansion = 1032;

    /// <summary>Limit of an image's uncompressed size, against decompression bombs.</summary>
    private const long MaxBytes = 1L << 28;

    /// <summary>The bytes of an entry, whose length and checksum are right.</summary>
    /// <exception cref="InvalidDataException">The entry is too large, damaged, or compressed otherwise.</exception>
    internal static byte[] Read(SafeFileHandle file, ZipEntry entry)
    {
        if (entry.Size > MaxBytes)
            throw new InvalidDataException($"it unpacks to {entry.Size} bytes, and the most for one image is {MaxBytes}.");
        if (entry.Method is not (Stored or Deflated))
            throw new InvalidDataException($"it is compressed by method {entry.Method}, and Kedge reads what is stored or deflated; " +
                "zip it in the usual way, or unpack it.");
        if (entry.Method == Stored ? entry.Size != entry.CompressedSize : entry.Size > (entry.CompressedSize + 1) * MaxExpansion)
            throw Damaged();
        var header = ZipDirectory.Bytes(file, entry.HeaderOffset, HeaderLength).AsSpan();
        if (!header.StartsWith("PK\x03\x04"u8))
            throw Damaged();
        var start = entry.HeaderOffset + HeaderLength + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (entry.CompressedSize > RandomAccess.GetLength(file) - start)
            throw Damaged();
        var packed = ZipDirectory.Bytes(file, start, (int)entry.CompressedSize);
        var bytes = entry.Method == Stored ? packed : Inflate(packed, (int)entry.Size);
        return Crc32.Of(bytes) == entry.Checksum ? bytes : throw Damaged();
    }

    private static byte[] Inflate(byte[] packed, int length)
    {
        var bytes = new byte[length];
        using var stream = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        return stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length && stream.ReadByte() < 0 ? bytes : throw Damaged();
    }

    private static InvalidDataException Damaged() => new("it is damaged in the zip.");
}
