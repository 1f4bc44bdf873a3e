using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Kedge.Data;

/// <summary>
/// Reads the central directory of a zip (PKWARE's APPNOTE 6.3.10, 4.3.12 to 4.3.16). Counts and sizes are held to the
/// file before anything is allocated.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22, LocatorLength = 20, End64Length = 56;
    private const int MaxComment = ushort.MaxValue;
    private const int MaxBytes = 1 << 28;
    private const int MaxEntries = 1 << 21;

    /// <summary>The entries in their order.</summary>
    /// <exception cref="InvalidDataException">The file is no zip, or is damaged.</exception>
    internal static List<ZipEntry> Read(SafeFileHandle file)
    {
        var (count, size, offset, end) = Find(file);
        if (count > MaxEntries || size > MaxBytes)
            throw new InvalidDataException($"it has {count:N0} entries in a directory of {size:N0} bytes, " +
                $"and the most are {MaxEntries:N0} entries and {MaxBytes:N0} bytes");
        if (offset < 0 || size < 0 || count < 0 || offset > end - size || count > size / ZipEntry.HeaderLength)
            throw new InvalidDataException("its directory does not fit the file");
        ReadOnlyMemory<byte> directory = Bytes(file, offset, (int)size);
        var entries = new List<ZipEntry>((int)count);
        for (var rest = directory; entries.Count < count; rest = rest[entries[^1].Length..])
        {
            var entry = new ZipEntry(rest);
            if (entry.HeaderOffset > end || entry.CompressedSize > end - entry.HeaderOffset)
                throw new InvalidDataException("an entry of its directory lies beyond its end");
            entries.Add(entry);
        }
        return entries;
    }

    /// <summary>The directory's place, and where what follows it begins.</summary>
    private static (long Count, long Size, long Offset, long End) Find(SafeFileHandle file)
    {
        var length = RandomAccess.GetLength(file);
        var tail = Bytes(file, Math.Max(0, length - EndLength - MaxComment), (int)Math.Min(length, EndLength + MaxComment));
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            var record = tail.AsSpan(at);
            if (!record.StartsWith("PK\x05\x06"u8) || BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) > record.Length - EndLength)
                continue;
            if (BinaryPrimitives.ReadUInt16LittleEndian(record[4..]) is not (0 or ushort.MaxValue))
                throw new InvalidDataException("it is one part of several");
            var place = length - tail.Length + at;
            return Find64(file, place) ?? (BinaryPrimitives.ReadUInt16LittleEndian(record[10..]),
                BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), place);
        }
        throw new InvalidDataException("it has no directory at its end");
    }

    /// <summary>The same of a zip64, whose record stands before the other.</summary>
    private static (long Count, long Size, long Offset, long End)? Find64(SafeFileHandle file, long end)
    {
        if (end < LocatorLength + End64Length)
            return null;
        var locator = Bytes(file, end - LocatorLength, LocatorLength).AsSpan();
        if (!locator.StartsWith("PK\x06\x07"u8))
            return null;
        var place = BinaryPrimitives.ReadInt64LittleEndian(locator[8..]);
        if (place < 0 || place > end - LocatorLength - End64Length)
            throw new InvalidDataException("its directory does not fit the file");
        var record = Bytes(file, place, End64Length).AsSpan();
        return record.StartsWith("PK\x06\x06"u8)
            ? (BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[48..]), place)
            : throw new InvalidDataException("its directory is damaged");
    }

    /// <summary>Bytes of the file.</summary>
    /// <exception cref="InvalidDataException">It ends before.</exception>
    internal static byte[] Bytes(SafeFileHandle file, long offset, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
            read += more > 0 ? more : throw new InvalidDataException("it ends too soon");
        }
        return bytes;
    }
}
