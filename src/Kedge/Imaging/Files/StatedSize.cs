using System.Buffers.Binary;

namespace Kedge.Imaging.Files;

/// <summary>
/// Headers that state more pixels than the file can hold, however well it is packed: nothing is decoded for them.
/// </summary>
internal static class StatedSize
{
    private const int MostOfDeflate = 1032; // bytes of a byte
    private const int PixelsOfJpegBit = 256; // a block of the largest unit takes at least one
    private const int PixelsOfGifByte = 2560; // a code of 12 bits stands for 3,840 pixels at most
    private const int EmptyOfGif = 16_777_216; // a frame may be smaller than its picture, which is empty around it

    /// <summary>Whether a file is too short for its pixels. Of WebP no bound is known.</summary>
    public static bool IsTooLarge(ReadOnlySpan<byte> file, FileContent content, int width, int height) => content switch
    {
        FileContent.Png when file.Length > 26 =>
            RowBytes(width, file[24] * Channels(file[25])) * height > (long)MostOfDeflate * file.Length,
        FileContent.Jpeg => (long)width * height / PixelsOfJpegBit > 8L * file.Length,
        FileContent.Gif => (long)width * height > EmptyOfGif + ((long)PixelsOfGifByte * file.Length),
        FileContent.Bmp when file.Length > 34 && BinaryPrimitives.ReadInt32LittleEndian(file[30..]) == 0 =>
            RowBytes(width, BinaryPrimitives.ReadUInt16LittleEndian(file[28..])) * height > file.Length,
        _ => false,
    };

    /// <summary>Without padding.</summary>
    private static long RowBytes(int width, int bits) => (((long)width * bits) + 7) / 8;

    private static int Channels(byte colourType) => colourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
}
