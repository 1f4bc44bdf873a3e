using System.Buffers;
using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>
/// The RGBA pixels that a decoder fills, on their way to RGB. Those of a large picture become its RGB pixels in place;
/// smaller ones are copied out of a buffer that is used again.
/// </summary>
internal sealed class PixelBuffer : IDisposable
{
    private const int Large = 64 << 20; // bytes of RGBA: 16.8 million pixels

    private readonly (int Width, int Height) _size;
    private readonly bool _isRented;

    private PixelBuffer(int width, int height, byte[] rgba, bool isRented) =>
        (_size, Rgba, _isRented) = ((width, height), rgba, isRented);

    /// <summary>At least height × width × 4 bytes.</summary>
    public byte[] Rgba { get; }

    private int Length => _size.Width * _size.Height * 4;

    /// <summary>A buffer to fill.</summary>
    public static PixelBuffer Create(int width, int height)
    {
        var isLarge = IsLarge(width, height);
        var length = width * height * 4;
        return new(width, height, isLarge ? GC.AllocateUninitializedArray<byte>(length) : ArrayPool<byte>.Shared.Rent(length), !isLarge);
    }

    /// <summary>A filled buffer, which belongs to the picture from now on.</summary>
    public static PixelBuffer Of(int width, int height, byte[] rgba) => new(width, height, rgba, isRented: false);

    /// <summary>Bytes a pixel of a picture with its buffer.</summary>
    public static int BytesPerPixel(int width, int height) => IsLarge(width, height) ? 4 : 7;

    /// <summary>The upright picture; the buffer is of no use afterwards.</summary>
    /// <param name="opaque">Whether alpha is to be ignored.</param>
    /// <param name="origin">The stored orientation.</param>
    /// <param name="rule">What to do with alpha.</param>
    /// <returns>The picture, and its alpha where the rule keeps that.</returns>
    public (RgbImage Colours, RgbImage? Alpha) ToImage(bool opaque, SKEncodedOrigin origin, AlphaRule rule)
    {
        var alpha = !opaque && rule == AlphaRule.Drop ? Pack(GC.AllocateUninitializedArray<byte>(Length / 4 * 3), 3, 3, 3) : null;
        if (!opaque && rule == AlphaRule.White)
            PixelPacking.OverWhite(Rgba.AsSpan(0, Length));
        var colours = Pack(_isRented ? GC.AllocateUninitializedArray<byte>(Length / 4 * 3) : Rgba, 0, 1, 2);
        return (Orientation.Upright(colours, origin), alpha is null ? null : Orientation.Upright(alpha, origin));
    }

    public void Dispose()
    {
        if (_isRented)
            ArrayPool<byte>.Shared.Return(Rgba);
    }

    private RgbImage Pack(byte[] pixels, int first, int second, int third)
    {
        PixelPacking.Pack(Rgba.AsSpan(0, Length), pixels, first, second, third);
        return new(_size.Width, _size.Height, pixels);
    }

    private static bool IsLarge(int width, int height) => (long)width * height * 4 > Large;
}
