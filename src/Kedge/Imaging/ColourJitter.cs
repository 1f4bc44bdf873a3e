namespace Kedge.Imaging;

/// <summary>
/// Colour jitter (data augmentation): random brightness, contrast and saturation, in this order, each by a factor drawn
/// uniformly from 1 − s to 1 + s.
/// </summary>
/// <remarks>
/// Factors are defined as in torchvision's <c>ColorJitter</c>, which also shuffles the order; this does not.
/// </remarks>
internal sealed record ColourJitter
{
    private const double RedWeight = 0.299; // luma of ITU-R BT.601, as in Pillow
    private const double GreenWeight = 0.587;
    private const double BlueWeight = 0.114;

    /// <summary>s, 0 (none, the default) to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside the range.</exception>
    public double Strength
    {
        get;
        init
        {
            if (!(value is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(value), value, "The strength must be 0 to 1.");
            field = value;
        }
    }

    /// <summary>Changes the colours of a picture in place.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="random">The random number generator; unused where the strength is 0.</param>
    public void Apply(RgbImage image, Random random)
    {
        if (Strength == 0)
            return;
        var (brightness, contrast, saturation) = (Factor(random), Factor(random), Factor(random));
        Span<byte> levels = stackalloc byte[256];
        Line(levels, brightness, 0);
        Map(image.Pixels, levels);
        Line(levels, contrast, (1 - contrast) * MeanGrey(image.Pixels));
        Map(image.Pixels, levels);
        Saturate(image.Pixels, saturation);
    }

    private double Factor(Random random) => double.Lerp(1 - Strength, 1 + Strength, random.NextDouble());

    private static void Line(Span<byte> levels, double slope, double offset)
    {
        for (var level = 0; level < levels.Length; level++)
            levels[level] = Byte((slope * level) + offset);
    }

    private static void Map(Span<byte> pixels, ReadOnlySpan<byte> levels)
    {
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = levels[pixels[i]];
    }

    private static double MeanGrey(ReadOnlySpan<byte> pixels)
    {
        var sum = 0.0;
        for (var i = 0; i < pixels.Length; i += 3)
            sum += Grey(pixels[i..]);
        return sum / (pixels.Length / 3);
    }

    private static void Saturate(Span<byte> pixels, double factor)
    {
        for (var i = 0; i < pixels.Length; i += 3)
        {
            var grey = (1 - factor) * Grey(pixels[i..]);
            for (var channel = i; channel < i + 3; channel++)
                pixels[channel] = Byte((factor * pixels[channel]) + grey);
        }
    }

    private static double Grey(ReadOnlySpan<byte> pixel) => (RedWeight * pixel[0]) + (GreenWeight * pixel[1]) + (BlueWeight * pixel[2]);

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
