using Kedge.Imaging;

namespace Kedge.Clip.Relevance;

/// <summary>The square of a photo that a model sees, the largest in its middle.</summary>
/// <param name="Width">The photo's, in pixels.</param>
/// <param name="Height">The photo's.</param>
internal readonly record struct PhotoSquare(int Width, int Height)
{
    private double Side => Math.Min(Width, Height);

    private double Left => (Width - Side) / 2;

    private double Top => (Height - Side) / 2;

    /// <summary>A place of the photo as a fraction of the square's width.</summary>
    public double Column(double x) => (x - Left) / Side;

    /// <summary>A place of the photo as a fraction of the square's height.</summary>
    public double Row(double y) => (y - Top) / Side;

    /// <summary>A rectangle in fractions of the square, in whole pixels of the photo.</summary>
    public PixelBox Box(double left, double top, double right, double bottom)
    {
        var (x, y) = ((int)Math.Floor(Left + (left * Side)), (int)Math.Floor(Top + (top * Side)));
        var (endX, endY) = ((int)Math.Ceiling(Left + (right * Side)), (int)Math.Ceiling(Top + (bottom * Side)));
        return new(x, y, Math.Max(1, endX - x), Math.Max(1, endY - y));
    }
}
