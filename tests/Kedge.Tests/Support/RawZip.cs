using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kedge.Tests.Support;

/// <summary>A zip written byte by byte, so that its names, flags and sizes may be whatever a test wants.</summary>
internal sealed class RawZip
{
    private readonly List<byte> _file = [];
    private readonly List<byte[]> _directory = [];

    /// <summary>What the end states instead of the number of entries.</summary>
    public ushort? Count { get; init; }

    /// <summary>What stands at its very end.</summary>
    public byte[] Comment { get; init; } = [];

    public RawZip With(string name, string content = "x") =>
        With(Encoding.UTF8.GetBytes(name), new() { Content = Encoding.UTF8.GetBytes(content) });

    public RawZip With(byte[] name, RawEntry? entry = null)
    {
        entry ??= new();
        var packed = entry.Deflate ? Deflated(entry.Content) : entry.Content;
        var offset = (uint)_file.Count;
        byte[] common = [.. Short(20), .. Short(entry.Flags), .. Short(entry.Method ?? (ushort)(entry.Deflate ? 8 : 0)), .. Int(0),
            .. Int(entry.Checksum ?? Checksum(entry.Content)), .. Int(entry.PackedSize ?? (uint)packed.Length),
            .. Int(entry.Size ?? (uint)entry.Content.Length), .. Short(name.Length), .. Short(entry.Extra.Length)];
        _file.AddRange([.. "PK\x03\x04"u8, .. common, .. name, .. entry.Extra, .. packed]);
        _directory.Add([.. "PK\x01\x02"u8, 20, entry.System, .. common, .. Short(0), .. Short(0), .. Short(0), .. Int(entry.Attributes),
            .. Int(entry.Offset ?? offset), .. name, .. entry.Extra]);
        return this;
    }

    public byte[] ToArray()
    {
        byte[] directory = [.. _directory.SelectMany(entry => entry)];
        var count = Count ?? (ushort)_directory.Count;
        return [.. _file, .. directory, .. "PK\x05\x06"u8, .. Int(0), .. Short(count), .. Short(count),
            .. Int((uint)directory.Length), .. Int((uint)_file.Count), .. Short(Comment.Length), .. Comment];
    }

    /// <summary>Info-ZIP's extra field of the name in UTF-8.</summary>
    public static byte[] UnicodePath(byte[] name, string unicode)
    {
        var text = Encoding.UTF8.GetBytes(unicode);
        return [.. Short(0x7075), .. Short(5 + text.Length), 1, .. Int(Checksum(name)), .. text];
    }

    public static uint Checksum(byte[] content) =>
        BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32BigEndian(Trailer(content)));

    // gzip ends with the same checksum
    private static byte[] Trailer(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(content.Length == 0 ? [0] : content);
        return content.Length == 0 ? new byte[4] : packed.ToArray()[^8..^4];
    }

    private static byte[] Deflated(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionMode.Compress, leaveOpen: true))
            deflate.Write(content);
        return packed.ToArray();
    }

    private static byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Int(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}

/// <summary>An entry of a <see cref="RawZip"/>; what is null is stated as it is.</summary>
internal sealed record RawEntry
{
    public byte[] Content { get; init; } = [1];

    public bool Deflate { get; init; }

    public byte[] Extra { get; init; } = [];

    public int Flags { get; init; }

    public byte System { get; init; }

    public uint Attributes { get; init; }

    public ushort? Method { get; init; }

    public uint? Checksum { get; init; }

    public uint? PackedSize { get; init; }

    public uint? Size { get; init; }

    public uint? Offset { get; init; }
}
