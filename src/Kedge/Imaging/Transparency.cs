namespace Kedge.Imaging;

/// <summary>Alpha compositing. Alpha is an image with the same value in all three channels, 255 = opaque.</summary>
internal static class Transparency
{
    /// <summary>Colours × alpha, rounded as Pillow rounds it before it resizes.</summary>
    public static RgbImage Multiply(RgbImage colours, RgbImage alpha) =>
        Combine(colours, alpha, (c, a) => ((((c * a) + 128) >> 8) + (c * a) + 128) >> 8);

    /// <summary>Colours ÷ alpha, rounded as Pillow rounds it after it has resized.</summary>
    public static RgbImage Divide(RgbImage colours, RgbImage alpha) =>
        Combine(colours, alpha, (c, a) => a is 0 ? c : Math.Min(255, 255 * c / a));

    private static RgbImage Combine(RgbImage colours, RgbImage alpha, Func<int, int, int> rule)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(3 * colours.Width * colours.Height);
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)rule(colours.Pixels[i], alpha.Pixels[i]);
        return new(colours.Width, colours.Height, pixels);
    }
}
