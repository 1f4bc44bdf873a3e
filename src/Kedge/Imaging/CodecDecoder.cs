using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>Decodes files by a codec that was added.</summary>
internal static class CodecDecoder
{
    /// <summary>Decodes a file that the codec takes.</summary>
    /// <exception cref="KedgeException">It is damaged, or larger than allowed.</exception>
    public static DecodedImage Open(ImageCodec codec, byte[] bytes, string name, ImageDecoding options)
    {
        var (width, height) = Named(name, () => codec.Measure(bytes));
        DecodingMemory.CheckSize(width, height, name, options);
        var memory = DecodingMemory.Take(width, height, planes: options.Alpha == AlphaRule.Drop ? 1 : 0);
        try
        {
            var rgba = Named(name, () => codec.Decode(bytes));
            if (rgba.Length != 4L * width * height)
                throw new InvalidOperationException($"The codec {codec.GetType()} gave {rgba.Length} bytes for {width} × {height} pixels.");
            using var pixels = PixelBuffer.Of(width, height, rgba);
            var (colours, alpha) = pixels.ToImage(opaque: false, SKEncodedOrigin.TopLeft, options.Alpha);
            return new(colours, alpha, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private static T Named<T>(string name, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (KedgeException e)
        {
            throw new KedgeException($"Cannot decode '{name}': {e.Message}", e);
        }
    }
}
