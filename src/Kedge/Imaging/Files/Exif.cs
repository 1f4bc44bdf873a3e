using System.Buffers.Binary;

namespace Kedge.Imaging.Files;

/// <summary>
/// The orientation in the EXIF of JPEG, PNG and WebP files. What is broken is as if it were not there: no photo is
/// unreadable for it.
/// </summary>
internal static class Exif
{
    private const ushort OrientationTag = 0x0112;
    private const int EntryBytes = 12;

    /// <summary>The orientation of a file, 1 to 8; 1, upright, where it states none.</summary>
    /// <param name="file">All of it.</param>
    /// <param name="content">What it is.</param>
    public static int Orientation(ReadOnlySpan<byte> file, FileContent content) => content switch
    {
        FileContent.Jpeg => OfJpeg(file),
        FileContent.Png => OfBlock(Chunks.OfPng(file, "eXIf"u8)),
        FileContent.WebP => OfBlock(Chunks.OfWebP(file, "EXIF"u8)),
        _ => null,
    } ?? 1;

    /// <summary>The first of the application segments that states one.</summary>
    private static int? OfJpeg(ReadOnlySpan<byte> file)
    {
        var segments = new JpegSegments(file);
        int? found = null;
        while (found is null && segments.MoveNext() && segments.Marker != JpegSegments.StartOfScan)
        {
            if (segments.Marker == JpegSegments.App1 && segments.Body.StartsWith("Exif\0"u8))
                found = OfBlock(segments.Body);
        }
        return found;
    }

    /// <summary>That of a TIFF structure, with or without JPEG's prefix; null where it states none.</summary>
    private static int? OfBlock(ReadOnlySpan<byte> block)
    {
        var tiff = block.StartsWith("Exif\0"u8) && block.Length >= 6 ? block[6..] : block;
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
            return null;
        var isLittle = tiff[0] == 'I';
        var directory = Long(tiff[4..], isLittle);
        if (directory + 2L > tiff.Length)
            return null;
        var entries = tiff[(int)directory..];
        var count = Short(entries, isLittle);
        for (var (i, at) = (0, 2); i < count && at + EntryBytes <= entries.Length; i++, at += EntryBytes)
        {
            var entry = entries.Slice(at, EntryBytes);
            if (Short(entry, isLittle) == OrientationTag)
                return Value(entry, isLittle) is >= 1 and <= 8 and var orientation ? (int)orientation : null;
        }
        return null;
    }

    /// <summary>A number of any of the types that are met: BYTE, SHORT or LONG.</summary>
    private static uint Value(ReadOnlySpan<byte> entry, bool isLittle) => Short(entry[2..], isLittle) switch
    {
        1 => entry[8],
        3 => Short(entry[8..], isLittle),
        4 => Long(entry[8..], isLittle),
        _ => 0,
    };

    private static ushort Short(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Long(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
