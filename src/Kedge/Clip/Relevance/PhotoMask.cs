using Kedge.Imaging;

namespace Kedge.Clip.Relevance;

/// <summary>Some of the pixels of a photo, the whole of it, upright.</summary>
public sealed class PhotoMask
{
    private readonly bool[] _inside; // of the model's square, row by row
    private readonly int _side;
    private readonly PhotoSquare _square;

    internal PhotoMask(bool[] inside, PhotoSquare square) =>
        (_inside, _side, _square) = (inside, (int)Math.Sqrt(inside.Length), square);

    /// <summary>Pixels from left to right.</summary>
    public int Width => _square.Width;

    /// <summary>Pixels from top to bottom.</summary>
    public int Height => _square.Height;

    /// <summary>Whether a pixel is inside; those that the model does not see are not.</summary>
    /// <param name="x">From the left, 0 to <see cref="Width"/> − 1.</param>
    /// <param name="y">From the top, 0 to <see cref="Height"/> − 1.</param>
    public bool this[int x, int y]
    {
        get
        {
            var (column, row) = ((int)Math.Floor(_square.Column(x + 0.5) * _side), (int)Math.Floor(_square.Row(y + 0.5) * _side));
            return column >= 0 && row >= 0 && column < _side && row < _side && _inside[(row * _side) + column];
        }
    }

    /// <summary>The mask as a picture: white inside, black outside.</summary>
    /// <returns>The bytes of a PNG file of the photo's size.</returns>
    public byte[] ToPng()
    {
        var pixels = new byte[3 * Width * Height];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
                pixels.AsSpan(3 * ((y * Width) + x), 3).Fill(this[x, y] ? byte.MaxValue : byte.MinValue);
        }
        return ImageEncoder.Png(new RgbImage(Width, Height, pixels));
    }
}
