using System.Buffers;
using System.Runtime.Intrinsics;
using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and the first frame of GIF, detected by content and not by file name. Thread-safe.
/// </summary>
/// <remarks>
/// Grey becomes R = G = B; palette indices become their colours (the reference implementation of CLIP resizes a palette
/// image by nearest neighbour before it looks up the colours; here it is treated like any other); 16-bit channels are
/// rounded to 8; CMYK is converted.
/// </remarks>
internal static class ImageDecoder
{
    private const string Formats = "JPEG, PNG, WebP, BMP or GIF";

    /// <summary>Decodes one file.</summary>
    /// <param name="file">The encoded image.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <returns>The whole image, uncropped.</returns>
    /// <exception cref="KedgeException">The file is missing, empty, no image, larger than allowed, or cut short; the
    /// message names it.</exception>
    public static RgbImage Decode(ImageFile file, ImageDecoding? options = null) => Decode(file.ReadAllBytes(), file.Name, options);

    /// <summary>Decodes encoded bytes.</summary>
    /// <param name="bytes">The content of an image file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <returns>The whole image, uncropped.</returns>
    /// <exception cref="KedgeException">The bytes are empty, no image, larger than allowed, or cut short; the
    /// message names it.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> bytes, string name, ImageDecoding? options = null)
    {
        options ??= new();
        var (colours, alpha) = DecodeParts(bytes, name, options);
        return alpha is null || options.Alpha == AlphaRule.Drop ? colours : Transparency.OverWhite(colours, alpha);
    }

    /// <summary>
    /// The stored colours (not premultiplied) and, where the image has transparency, its alpha in all three channels.
    /// </summary>
    internal static (RgbImage Colours, RgbImage? Alpha) DecodeParts(ReadOnlySpan<byte> bytes, string name, ImageDecoding options)
    {
        if (bytes.IsEmpty)
            throw new KedgeException($"Cannot decode '{name}': the file is empty; expected {Formats}.");
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data);
        if (codec?.EncodedFormat is not (SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Png or SKEncodedImageFormat.Webp
            or SKEncodedImageFormat.Bmp or SKEncodedImageFormat.Gif))
            throw new KedgeException($"Cannot decode '{name}': its {bytes.Length:N0} bytes are not a readable image; expected {Formats}.");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > options.MaxPixels)
            throw new KedgeException($"Cannot decode '{name}': it is {width:N0} × {height:N0} pixels, " +
                $"more than the {options.MaxPixels:N0} allowed; " +
                "scale it down, or raise the limit if you trust the file.");
        // no colour space asked for = no colour management; unpremultiplied = the stored colours, not colours × alpha
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            Fill(rgba, info, codec, name);
            var colours = new RgbImage(width, height, Channels(rgba, info, 0, 1, 2));
            var alpha = opaque ? null : new RgbImage(width, height, Channels(rgba, info, 3, 3, 3));
            var origin = options.ApplyOrientation ? codec.EncodedOrigin : SKEncodedOrigin.TopLeft;
            return (Orientation.Upright(colours, origin), alpha is null ? null : Orientation.Upright(alpha, origin));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static unsafe void Fill(byte[] rgba, SKImageInfo info, SKCodec codec, string name)
    {
        SKCodecResult result;
        fixed (byte* start = rgba)
            result = codec.GetPixels(info, (nint)start);
        if (result != SKCodecResult.Success)
            throw new KedgeException($"Cannot decode '{name}': the {codec.EncodedFormat} file is " +
                (result == SKCodecResult.IncompleteInput ? "cut short" : $"damaged ({result})") + "; copy or download it again.");
    }

    private static byte[] Channels(byte[] rgba, SKImageInfo info, int first, int second, int third)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(info.BytesSize / 4 * 3);
        var (from, to) = (0, 0);
        // four pixels at a time while the four bytes too many still fit
        var picked = Vector128.Create((byte)first, (byte)second, (byte)third, (byte)(first + 4), (byte)(second + 4), (byte)(third + 4),
            (byte)(first + 8), (byte)(second + 8), (byte)(third + 8), (byte)(first + 12),
            (byte)(second + 12), (byte)(third + 12), 0, 0, 0, 0);
        for (; to + 16 <= pixels.Length; from += 16, to += 12)
            Vector128.Shuffle(Vector128.Create(rgba, from), picked).CopyTo(pixels, to);
        for (; to < pixels.Length; from += 4, to += 3)
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (rgba[from + first], rgba[from + second], rgba[from + third]);
        return pixels;
    }
}
