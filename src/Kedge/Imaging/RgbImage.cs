namespace Kedge.Imaging;

/// <summary>A decoded image: 8-bit RGB, interleaved, rows from the top, no padding.</summary>
internal sealed class RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">height × width × 3 bytes: red, green, blue; more are ignored.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.LongLength < 3L * width * height)
            throw new ArgumentException($"{width}×{height} RGB pixels are {3L * width * height} bytes, not {pixels.LongLength}.",
                nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The first height × width × 3 bytes: red, green, blue.</summary>
#pragma warning disable CA1819 // callers need the array itself; copying it on every access would be costly
    public byte[] Pixels { get; }
#pragma warning restore CA1819
}
