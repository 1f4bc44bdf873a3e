namespace Kedge.Imaging;

/// <summary>A rectangle of whole pixels.</summary>
/// <param name="X">From the left.</param>
/// <param name="Y">From the top.</param>
/// <param name="Width">1 or more.</param>
/// <param name="Height">1 or more.</param>
public readonly record struct PixelBox(int X, int Y, int Width, int Height);
