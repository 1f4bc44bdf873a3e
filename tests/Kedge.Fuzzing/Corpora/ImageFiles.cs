using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Small photos in each format.</summary>
internal static class ImageFiles
{
    private static readonly RgbImage Blocks = Pictures.Blocks(), Noise = Pictures.Noise(17, 9, seed: 1);

    public static IReadOnlyList<byte[]> Jpegs =>
        [Pictures.Encode(Blocks, SKEncodedImageFormat.Jpeg), ImageEncoder.Jpeg(Noise),
            Pictures.WithOrientation(ImageEncoder.Jpeg(Blocks), 6), Grey(Blocks)];

    public static IReadOnlyList<byte[]> Pngs =>
    [
        Pictures.Encode(Blocks, SKEncodedImageFormat.Png), ImageEncoder.Png(Noise),
        Pictures.Png(4, 2, 8, 3, [0, 1, 2, 0, 1, 2, 0, 1], ("PLTE", [0, 0, 0, 255, 0, 0, 0, 255, 0]), ("tRNS", [255, 128, 0])),
        Pictures.Png(2, 2, 16, 6, [.. Enumerable.Range(0, 32).Select(i => (byte)(8 * i))], ("gAMA", [0, 0, 0xB1, 0x8F])),
        Pictures.Png(9, 3, 1, 0, [0xAA, 0x80, 0x55, 0, 0xAA, 0x80], ("eXIf", Tiff(bigEndian: true, orientation: 8))),
        Committed.Image("tiny_3x5.png"), Committed.Image("alpha.png"),
    ];

    public static IReadOnlyList<byte[]> WebPs =>
        [Pictures.Encode(Blocks, SKEncodedImageFormat.Webp), Lossy(Noise), Committed.Image("lossless.webp")];

    public static IReadOnlyList<byte[]> Bmps => [Pictures.Bmp, PaletteBmp];

    public static IReadOnlyList<byte[]> Gifs => [Pictures.Gif];

    public static IReadOnlyList<byte[]> WithExif =>
    [
        .. new[] { true, false }.Select(bigEndian => WithSegment(ImageEncoder.Jpeg(Noise),
        [.. "Exif\0\0"u8, .. Tiff(bigEndian, orientation: 6)])),
        Pictures.Png(9, 3, 1, 0, [0xAA, 0x80, 0x55, 0, 0xAA, 0x80], ("eXIf", Tiff(bigEndian: true, orientation: 8))),
    ];

    /// <summary>A directory with an orientation as SHORT, a width as LONG, a text and a sub-directory.</summary>
    private static byte[] Tiff(bool bigEndian, byte orientation)
    {
        byte[] Number(int width, int value) => [.. Enumerable.Range(0,
            width).Select(i => (byte)(value >> (8 * (bigEndian ? width - 1 - i : i))))];
        byte[] Entry(int tag, int type, int count, byte[] value) => [.. Number(2, tag), .. Number(2, type), .. Number(4, count), .. value];
        return
        [
            .. bigEndian ? "MM\0*"u8 : "II*\0"u8, .. Number(4, 8), .. Number(2, 4),
            .. Entry(0x0100, 4, 1, Number(4, 17)), .. Entry(0x010F, 2, 4, [.. "abc\0"u8]),
            .. Entry(0x0112, 3, 1, [.. Number(2, orientation), 0, 0]), .. Entry(0x8769, 4, 1, Number(4, 62)), .. Number(4, 0),
            .. Number(2, 1), .. Entry(0x9000, 7, 4, [.. "0230"u8]), .. Number(4, 0),
        ];
    }

    private static byte[] WithSegment(byte[] jpeg, byte[] data) =>
        [.. jpeg[..2], 0xFF, 0xE1, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data, .. jpeg[2..]];

    private static byte[] Grey(RgbImage image)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Gray8, SKAlphaType.Opaque));
        return bitmap.Encode(SKEncodedImageFormat.Jpeg, 80).ToArray();
    }

    private static byte[] Lossy(RgbImage image)
    {
        using var bitmap = SKBitmap.Decode(ImageEncoder.Png(image));
        return bitmap.Encode(SKEncodedImageFormat.Webp, 60).ToArray();
    }

    /// <summary>4 × 1 pixels of a palette of two colours, run-length encoded.</summary>
    private static byte[] PaletteBmp { get; } =
    [
        .. "BM"u8, 68, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0, 40, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0, 6, 0, 0, 0,
        .. new byte[8],
        2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 0, 2, 0, 2, 1, 0, 1,
    ];
}
