using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>Encodes images as the bytes of image files.</summary>
internal static class ImageEncoder
{
    private const int JpegQuality = 85;
    private const int LosslessQuality = 100; // PNG ignores it

    /// <summary>The bytes of a JPEG file.</summary>
    internal static byte[] Jpeg(RgbImage image) => Encode(image, SKEncodedImageFormat.Jpeg, JpegQuality);

    /// <summary>The bytes of a PNG file; lossless.</summary>
    internal static byte[] Png(RgbImage image) => Encode(image, SKEncodedImageFormat.Png, LosslessQuality);

    private static byte[] Encode(RgbImage image, SKEncodedImageFormat format, int quality)
    {
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var rgba = new byte[info.BytesSize];
        for (var i = 0; i < image.Width * image.Height; i++)
        {
            image.Pixels.AsSpan(3 * i, 3).CopyTo(rgba.AsSpan(4 * i));
            rgba[(4 * i) + 3] = byte.MaxValue;
        }
        using var picture = SKImage.FromPixelCopy(info, rgba);
        using var data = picture.Encode(format, quality);
        return data.ToArray();
    }
}
