using System.Buffers.Binary;

namespace Kedge.Data;

/// <summary>An entry of a zip's central directory (PKWARE's APPNOTE 6.3.10, 4.3.12).</summary>
internal sealed class ZipEntry
{
    internal const int HeaderLength = 46;

    private const uint Saturated32 = uint.MaxValue; // then the value stands in the zip64 extra field
    private const int Zip64Field = 0x0001, UnicodePathField = 0x7075;
    private const int Encrypted = 1 << 0, Utf8 = 1 << 11;
    private const int AesMethod = 99;
    private const int Unix = 3, MacOs = 19;
    private const uint FileType = 0xf000, SymbolicLink = 0xa000;

    private readonly ushort _system, _flags;
    private readonly uint _attributes;

    /// <summary>Reads the entry at the start of the bytes.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal ZipEntry(ReadOnlyMemory<byte> directory)
    {
        var header = directory.Span;
        if (header.Length < HeaderLength || !header.StartsWith("PK\x01\x02"u8))
            throw new InvalidDataException("its directory is damaged");
        (_system, _flags, Method) = (header[5], Short(header, 8), Short(header, 10));
        (Checksum, CompressedSize, Size) = (Int(header, 16), Int(header, 20), Int(header, 24));
        (_attributes, HeaderOffset) = (Int(header, 38), Int(header, 42));
        var (name, extra, comment) = (Short(header, 28), Short(header, 30), Short(header, 32));
        Length = HeaderLength + name + extra + comment;
        if (Length > header.Length)
            throw new InvalidDataException("its directory is damaged");
        Name = directory.Slice(HeaderLength, name);
        ReadExtra(directory.Slice(HeaderLength + name, extra));
    }

    /// <summary>Bytes that it takes in the directory.</summary>
    internal int Length { get; }

    /// <summary>The name as stored.</summary>
    internal ReadOnlyMemory<byte> Name { get; }

    /// <summary>The name in UTF-8 of Info-ZIP's extra field, where there is one for this name.</summary>
    internal ReadOnlyMemory<byte>? UnicodeName { get; private set; }

    internal bool IsUtf8 => (_flags & Utf8) != 0;

    internal bool IsEncrypted => (_flags & Encrypted) != 0 || Method == AesMethod;

    internal bool IsLink => _system is Unix or MacOs && (_attributes >> 16 & FileType) == SymbolicLink;

    internal ushort Method { get; }

    internal uint Checksum { get; }

    internal long CompressedSize { get; private set; }

    internal long Size { get; private set; }

    /// <summary>Where its local header lies.</summary>
    internal long HeaderOffset { get; private set; }

    private void ReadExtra(ReadOnlyMemory<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var (id, length) = (Short(extra.Span, 0), Short(extra.Span, 2));
            if (length > extra.Length - 4)
                return; // padding, which some programs write
            var field = extra.Slice(4, length);
            if (id == Zip64Field)
                ReadZip64(field.Span);
            else if (id == UnicodePathField && length > 5 && field.Span[0] == 1 && Int(field.Span, 1) == Crc32.Of(Name.Span))
                UnicodeName = field[5..];
            extra = extra[(4 + length)..];
        }
    }

    private void ReadZip64(ReadOnlySpan<byte> field)
    {
        Size = Next(ref field, Size);
        CompressedSize = Next(ref field, CompressedSize);
        HeaderOffset = Next(ref field, HeaderOffset);

        static long Next(ref ReadOnlySpan<byte> field, long value)
        {
            if (value != Saturated32 || field.Length < 8)
                return value;
            value = BinaryPrimitives.ReadInt64LittleEndian(field);
            field = field[8..];
            return value >= 0 ? value : throw new InvalidDataException("a size of its directory is negative");
        }
    }

    private static ushort Short(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Int(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
