using Kedge.Runtime;

namespace Kedge.Imaging;

/// <summary>
/// Bounds of decoding: the pixels of a picture, and the memory that all decoding threads of the process share. A
/// picture that needs more than the others leave waits for them; the largest ones are decoded alone.
/// </summary>
internal static class DecodingMemory
{
    /// <summary>1 GiB: six 24-megapixel photos at a time, or one at the default limit of pixels.</summary>
    private const long Bytes = 1L << 30;

    private const long Huge = Bytes / 4;

    private static readonly MemoryBudget Shared = new(Bytes);

    /// <summary>Refuses a picture of too many pixels before any memory is taken for them.</summary>
    /// <exception cref="KedgeException">It has more than the options allow.</exception>
    public static void CheckSize(int width, int height, string name, ImageDecoding options)
    {
        if ((long)width * height > options.MaxPixels)
            throw new KedgeException($"Cannot decode '{name}': it is {width:N0} × {height:N0} pixels, " +
                $"more than the {options.MaxPixels:N0} allowed; " +
                "scale it down, or raise the limit if you trust the file.");
    }

    /// <summary>Takes the memory of a picture; waits for it.</summary>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="planes">Further arrays of 3 bytes a pixel: for alpha, for turning.</param>
    /// <param name="whole">Bytes a pixel that the decoder holds: of interlaced and progressive files the whole
    /// picture.</param>
    public static IDisposable Take(int width, int height, int planes, int whole = 0)
    {
        var bytes = (long)width * height * (PixelBuffer.BytesPerPixel(width, height) + (3 * planes) + whole);
        var share = Shared.Take(bytes);
        if (bytes >= Huge)
            GC.Collect(); // what earlier pictures have left would add to it
        return share;
    }
}
