using System.Buffers;
using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>Reads JPEG, PNG, WebP, BMP and the first frame of GIF, known by their content and not by the file's name. Safe to call from several threads.</summary>
/// <remarks>
/// Grey becomes R = G = B, palettes become the colours they stand for (the reference implementation of CLIP resizes a palette picture before it looks
/// up the colours, and by nearest pixel; here it is treated like any other), 16-bit channels are rounded to 8, CMYK is converted.
/// </remarks>
public static class ImageDecoder
{
    private const string Formats = "JPEG, PNG, WebP, BMP or GIF";

    /// <summary>Decodes one file.</summary>
    /// <param name="file">The encoded image.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <returns>The picture, all of it.</returns>
    /// <exception cref="KedgeException">The file is missing, empty, no image, larger than allowed, or cut short; the message names it.</exception>
    public static RgbImage Decode(ImageFile file, ImageDecoding? options = null) => Decode(file.ReadAllBytes(), file.Name, options);

    /// <summary>Decodes encoded bytes.</summary>
    /// <param name="bytes">The content of an image file.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <returns>The picture, all of it.</returns>
    /// <exception cref="KedgeException">The bytes are empty, no image, larger than allowed, or cut short; the message names it.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string name, ImageDecoding? options = null)
    {
        options ??= new();
        if (bytes.IsEmpty)
            throw new KedgeException($"Cannot decode '{name}': the file is empty; expected {Formats}.");
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec?.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif))
            throw new KedgeException($"Cannot decode '{name}': its {bytes.Length:N0} bytes are not a readable image; expected {Formats}.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > options.MaxPixels)
            throw new KedgeException($"Cannot decode '{name}': it is {width:N0} × {height:N0} pixels, more than the {options.MaxPixels:N0} allowed; " +
                "scale it down, or raise the limit if you trust the file.");
        var image = new RgbImage(width, height, Pixels(codec, name, options.Alpha));
        return options.ApplyOrientation ? Orientation.Upright(image, codec.EncodedOrigin) : image;
    }

    private static unsafe byte[] Pixels(SKCodec codec, string name, AlphaRule alpha)
    {
        // no colour space asked for = no colour management; unpremultiplied = the stored colours, not colours × alpha
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            SKCodecResult result;
            fixed (byte* start = rgba)
                result = codec.GetPixels(info, (nint)start);
            if (result != SKCodecResult.Success)
                throw new KedgeException(result == SKCodecResult.IncompleteInput
                    ? $"Cannot decode '{name}': the {codec.EncodedFormat} file is cut short; copy or download it again."
                    : $"Cannot decode '{name}': the {codec.EncodedFormat} file is damaged ({result}); copy or download it again.");
            return ToRgb(rgba.AsSpan(0, info.BytesSize), overWhite: !opaque && alpha == AlphaRule.White);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static byte[] ToRgb(ReadOnlySpan<byte> rgba, bool overWhite)
    {
        var rgb = GC.AllocateUninitializedArray<byte>(rgba.Length / 4 * 3);
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            var a = overWhite ? rgba[from + 3] : 255;
            if (a == 255)
                (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
            else
                (rgb[to], rgb[to + 1], rgb[to + 2]) = (OverWhite(rgba[from], a), OverWhite(rgba[from + 1], a), OverWhite(rgba[from + 2], a));
        }
        return rgb;
    }

    private static byte OverWhite(int colour, int alpha) => (byte)(((colour * alpha) + (255 * (255 - alpha)) + 127) / 255);
}
