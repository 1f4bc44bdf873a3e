using SkiaSharp;

namespace Kedge.Imaging;

/// <summary>
/// The eight EXIF orientations. An origin is named after the side of the upright image on which
/// stored row 0 and column 0 lie.
/// </summary>
internal static class Orientation
{
    /// <summary>Applies an orientation: permutes the stored pixels into the upright image.</summary>
    public static RgbImage Upright(RgbImage stored, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft)
            return stored;
        // bytes to the stored right and downward neighbours; origins from LeftTop on exchange rows and columns
        var (width, height) = (stored.Width, stored.Height);
        var (right, down) = (3, 3 * width);
        var (start, alongRow, alongColumn) = origin switch
        {
            SKEncodedOrigin.TopRight => ((width - 1) * right, -right, down),
            SKEncodedOrigin.BottomRight => (((width - 1) * right) + ((height - 1) * down), -right, -down),
            SKEncodedOrigin.BottomLeft => ((height - 1) * down, right, -down),
            SKEncodedOrigin.LeftTop => (0, down, right),
            SKEncodedOrigin.RightTop => ((height - 1) * down, -down, right),
            SKEncodedOrigin.RightBottom => (((width - 1) * right) + ((height - 1) * down), -down, -right),
            SKEncodedOrigin.LeftBottom => ((width - 1) * right, down, -right),
            _ => (0, right, down),
        };
        var (uprightWidth, uprightHeight) = origin >= SKEncodedOrigin.LeftTop ? (height, width) : (width, height);
        var source = stored.Pixels;
        var pixels = GC.AllocateUninitializedArray<byte>(3 * width * height);
        var to = 0;
        for (var y = 0; y < uprightHeight; y++)
        {
            var from = start + (y * alongColumn);
            for (var x = 0; x < uprightWidth; x++, from += alongRow, to += 3)
                (pixels[to], pixels[to + 1], pixels[to + 2]) = (source[from], source[from + 1], source[from + 2]);
        }
        return new(uprightWidth, uprightHeight, pixels);
    }
}
