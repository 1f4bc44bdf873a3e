using Kedge.Imaging.Files;
using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>Decodes the library's own formats by SkiaSharp, and looks for what that does not notice.</summary>
internal static class SkiaDecoder
{
    private const int InterlaceOfPng = 28; // the place of the interlace method

    /// <summary>Decodes a file of a known format.</summary>
    /// <exception cref="KedgeException">It is damaged, larger than allowed, or cut short.</exception>
    public static DecodedImage Open(ReadOnlySpan<byte> bytes, string name, FileContent content, ImageDecoding options)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data) ?? throw UnreadableImage.Of(bytes, name, content);
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        DecodingMemory.CheckSize(width, height, name, options);
        var scans = content == FileContent.Jpeg ? JpegScans.Read(bytes) : null;
        var isCut = scans is { IsCut: true } || (content == FileContent.WebP && Chunks.IsCutWebP(bytes))
            || StatedSize.IsTooLarge(bytes, content, width, height);
        if (isCut && !options.AllowCut)
            throw UnreadableImage.Cut(name, content);
        var origin = (SKEncodedOrigin)(options.ApplyOrientation ? Exif.Orientation(bytes, content) : 1);
        // no colour space asked for = no colour management; unpremultiplied = the stored colours, not colours × alpha
        var opaque = codec.Info.AlphaType == SKAlphaType.Opaque;
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var planes = (!opaque && options.Alpha == AlphaRule.Drop ? 1 : 0) + (origin == SKEncodedOrigin.TopLeft ? 0 : 1);
        var isWhole = scans is { IsProgressive: true } || (content == FileContent.Png && bytes[InterlaceOfPng] == 1);
        var memory = DecodingMemory.Take(width, height, planes, isWhole ? 4 : 0);
        try
        {
            using var pixels = PixelBuffer.Create(width, height);
            if (Fill(pixels.Rgba, info, codec, name, content))
                isCut = options.AllowCut ? true : throw UnreadableImage.Cut(name, content);
            var (colours, alpha) = pixels.ToImage(opaque, origin, options.Alpha);
            return new(colours, alpha, memory) { IsCut = isCut };
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Decodes into a buffer; what is missing is black.</summary>
    /// <returns>Whether the file ended too early.</returns>
    private static unsafe bool Fill(byte[] rgba, SKImageInfo info, SKCodec codec, string name, FileContent content)
    {
        SKCodecResult result;
        fixed (byte* start = rgba)
            result = codec.GetPixels(info, (nint)start);
        return result switch
        {
            SKCodecResult.Success => false,
            SKCodecResult.IncompleteInput => true,
            _ => throw UnreadableImage.Damaged(name, content),
        };
    }
}
