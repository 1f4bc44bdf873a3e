using System.Runtime.Intrinsics;

namespace Kedge.Imaging;

/// <summary>RGBA pixels to RGB.</summary>
internal static class PixelPacking
{
    /// <summary>Packs three of the four channels, in order; the target may be the source.</summary>
    public static void Pack(ReadOnlySpan<byte> rgba, Span<byte> pixels, int first, int second, int third)
    {
        var (from, to) = (0, 0);
        // four pixels at a time while the four bytes too many still fit
        var picked = Vector128.Create((byte)first, (byte)second, (byte)third, (byte)(first + 4), (byte)(second + 4), (byte)(third + 4),
            (byte)(first + 8), (byte)(second + 8), (byte)(third + 8), (byte)(first + 12),
            (byte)(second + 12), (byte)(third + 12), 0, 0, 0, 0);
        var length = rgba.Length / 4 * 3;
        for (; to + 16 <= length; from += 16, to += 12)
            Vector128.Shuffle(Vector128.Create(rgba[from..]), picked).CopyTo(pixels[to..]);
        for (; to < length; from += 4, to += 3)
            (pixels[to], pixels[to + 1], pixels[to + 2]) = (rgba[from + first], rgba[from + second], rgba[from + third]);
    }

    /// <summary>Composites RGBA over white, in place; alpha stays as it is.</summary>
    public static void OverWhite(Span<byte> rgba)
    {
        for (var at = 0; at < rgba.Length; at += 4)
        {
            int alpha = rgba[at + 3];
            if (alpha == byte.MaxValue)
                continue;
            for (var channel = at; channel < at + 3; channel++)
                rgba[channel] = (byte)(((rgba[channel] * alpha) + (255 * (255 - alpha)) + 127) / 255);
        }
    }
}
