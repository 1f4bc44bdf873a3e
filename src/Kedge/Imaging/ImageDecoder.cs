using Kedge.Imaging.Files;

namespace Kedge.Imaging;

/// <summary>
/// Decodes JPEG, PNG, WebP, BMP and the first frame of GIF and animated WebP, and what codecs add, detected by content
/// and not by file name. Thread-safe.
/// </summary>
/// <remarks>
/// Grey becomes R = G = B; palette indices become their colours (the reference implementation of CLIP resizes a palette
/// image by nearest neighbour before it looks up the colours; here it is treated like any other); 16-bit channels are
/// rounded to 8; CMYK is converted. JPEG is decoded at full size: libjpeg's smaller sizes give other pixels.
/// </remarks>
internal static class ImageDecoder
{
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
        using var image = Open(bytes, name, options ?? new());
        return image.Colours;
    }

    /// <summary>
    /// Decodes encoded bytes, with a share of the decoding threads' memory until the image is disposed.
    /// </summary>
    /// <exception cref="KedgeException">As for the others.</exception>
    internal static DecodedImage Open(ReadOnlySpan<byte> bytes, string name, ImageDecoding options)
    {
        var content = FileContents.Recognise(bytes, name);
        if (content is FileContent.Jpeg or FileContent.Png or FileContent.WebP or FileContent.Bmp or FileContent.Gif)
            return SkiaDecoder.Open(bytes, name, content, options);
        foreach (var codec in content == FileContent.CameraRaw ? [] : ImageCodec.Added)
        {
            if (codec.CanDecode(bytes))
                return CodecDecoder.Open(codec, bytes.ToArray(), name, options);
        }
        throw UnreadableImage.Of(bytes, name, content);
    }
}
