using System.Buffers.Binary;
using System.IO.Compression;
using Kedge.Imaging;
using SkiaSharp;

namespace Kedge.Tests.Support;

/// <summary>Pictures and image files made in memory.</summary>
internal static class Pictures
{
    public static RgbImage Noise(int width, int height, int seed)
    {
        var pixels = new byte[width * height * 3];
        new Random(seed).NextBytes(pixels);
        return new(width, height, pixels);
    }

    /// <summary>
    /// Six flat blocks of 16 pixels, three wide and two high, all different: tells the eight
    /// orientations apart, even as a JPEG.
    /// </summary>
    public static RgbImage Blocks()
    {
        (byte, byte, byte)[] colours = [(250, 10, 10), (10, 240, 20), (20, 20, 230), (240, 240, 20), (15, 15, 15), (240, 240, 240)];
        return Draw(48, 32, (x, y) => colours[(y / 16 * 3) + (x / 16)]);
    }

    public static RgbImage Draw(int width, int height, Func<int, int, (byte R, byte G, byte B)> colour)
    {
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = colour(i % width, i / width);
        return new(width, height, pixels);
    }

    /// <summary>Without loss, or as a JPEG of quality 100 with full chroma.</summary>
    public static byte[] Encode(RgbImage image, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var i = 0; i < image.Width * image.Height; i++)
            bitmap.SetPixel(i % image.Width,
                i / image.Width, new(image.Pixels[3 * i], image.Pixels[(3 * i) + 1], image.Pixels[(3 * i) + 2]));
        using var pixels = bitmap.PeekPixels();
        using var data = format switch
        {
            SKEncodedImageFormat.Webp => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100)),
            SKEncodedImageFormat.Jpeg =>
                pixels.Encode(new SKJpegEncoderOptions(100, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)),
            _ => pixels.Encode(format, 100),
        };
        return data!.ToArray();
    }

    /// <summary>2 × 2 pixels of 24 bits: the lower row first, rows padded to 4 bytes, blue first.</summary>
    public static byte[] Bmp { get; } = [.. "BM"u8, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,
        40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0, .. new byte[4], 16, 0, 0, 0, .. new byte[16],
        3, 2, 1, 6, 5, 4, 0, 0,
        9, 8, 7, 12, 11, 10, 0, 0];

    /// <summary>2 × 1 pixels of a palette of two colours; a second frame holds them in the other order.</summary>
    public static byte[] Gif { get; } =
        [.. "GIF89a"u8, 2, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 200, 210, 220, .. GifFrame(0x44), .. GifFrame(0x0C), 0x3B];

    /// <summary>A PNG from raw rows (filter bytes are added here).</summary>
    public static byte[] Png(int width, int height, int bitDepth, int colourType, byte[] rows, params (string Type, byte[] Data)[] extra)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var row in rows.Chunk(Math.Max(1, rows.Length / height)))
                zlib.Write([0, .. row]);
        }
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)bitDepth, (byte)colourType);
        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR", header), .. extra.SelectMany(e => Chunk(e.Type, e.Data)),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>The same JPEG with an EXIF orientation, 1 to 8.</summary>
    public static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif = [.. "Exif\0\0MM\0*\0\0\0\b"u8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    private static byte[] GifFrame(byte codes) => [0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, codes, 0x0A, 0];

    /// <summary>A chunk of PNG.</summary>
    public static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. type.Select(c => (byte)c), .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        return [.. length, .. body, .. Crc(body)];
    }

    private static byte[] Crc(byte[] body)
    {
        var crc = uint.MaxValue;
        foreach (var b in body)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
        }
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~crc);
        return bytes;
    }
}

/// <summary>An image file in memory.</summary>
internal sealed class MemoryImageFile(string name, byte[] bytes) : ImageFile
{
    public override string Name => name;

    public override byte[] ReadAllBytes() => bytes;
}
