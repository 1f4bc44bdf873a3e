namespace Kedge.Imaging;

/// <summary>
/// Random resized crops (data augmentation): a rectangle of random area and aspect ratio, resized to the square input,
/// and flipped horizontally at random.
/// </summary>
/// <remarks>
/// Sampled as by torchvision's <c>RandomResizedCrop</c> and <c>RandomHorizontalFlip</c>, with their defaults; the
/// random numbers are the caller's.
/// </remarks>
internal sealed record RandomView
{
    private const int Attempts = 10;

    /// <summary>
    /// The smallest area of a crop, as a share of the image's area, above 0 and at most
    /// <see cref="MaxArea"/>; default 0.08.
    /// </summary>
    public double MinArea { get; init; } = 0.08;

    /// <summary>The largest area of a crop, as a share of the image's area, at most 1; default 1.</summary>
    public double MaxArea { get; init; } = 1;

    /// <summary>
    /// The largest aspect ratio a, at least 1: width ÷ height is drawn log-uniformly from 1 ÷ a to a; default 4 ÷ 3.
    /// </summary>
    public double MaxAspect { get; init; } = 4.0 / 3;

    /// <summary>The probability of a horizontal flip, 0 to 1; default 0.5.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>Draws one view.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="preprocessing">Gives the resolution R and the kernel.</param>
    /// <param name="random">The random number generator.</param>
    /// <returns>A new picture of R × R pixels.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal RgbImage Sample(RgbImage image, Preprocessing preprocessing, Random random)
    {
        Check();
        var view = Resampler.Resize(image, preprocessing.Resolution, preprocessing.Resolution,
            preprocessing.Kernel, Draw(image.Width, image.Height, random));
        if (random.NextDouble() < FlipProbability)
            Mirror(view);
        return view;
    }

    /// <summary>
    /// Draws a rectangle of whole pixels; after ten rejected draws, the largest centred one of an allowed aspect ratio.
    /// </summary>
    internal ImageBox Draw(int width, int height, Random random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var area = (double)width * height * double.Lerp(MinArea, MaxArea, random.NextDouble());
            var aspect = Math.Pow(MaxAspect, (2 * random.NextDouble()) - 1);
            var (w, h) = ((int)Math.Round(Math.Sqrt(area * aspect)), (int)Math.Round(Math.Sqrt(area / aspect)));
            if (w >= 1 && h >= 1 && w <= width && h <= height)
                return Box(random.Next(width - w + 1), random.Next(height - h + 1), w, h);
        }
        var (widest, highest) =
            (Math.Min(width, (int)Math.Round(height * MaxAspect)), Math.Min(height, (int)Math.Round(width * MaxAspect)));
        return Box((width - widest) / 2, (height - highest) / 2, widest, highest);
    }

    private void Check()
    {
        if (!(MinArea > 0 && MinArea <= MaxArea && MaxArea <= 1))
            throw new ArgumentException($"Areas must satisfy 0 < MinArea ≤ MaxArea ≤ 1, not {MinArea} and {MaxArea}.");
        if (!(MaxAspect >= 1 && double.IsFinite(MaxAspect)))
            throw new ArgumentException($"MaxAspect must be at least 1, not {MaxAspect}.");
        if (!(FlipProbability is >= 0 and <= 1))
            throw new ArgumentException($"FlipProbability must be 0 to 1, not {FlipProbability}.");
    }

    private static ImageBox Box(int left, int top, int width, int height) => new(left, top, left + width, top + height);

    private static void Mirror(RgbImage image)
    {
        for (var y = 0; y < image.Height; y++)
        {
            var row = image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            row.Reverse(); // which also reverses red, green, blue
            for (var x = 0; x < row.Length; x += 3)
                (row[x], row[x + 2]) = (row[x + 2], row[x]);
        }
    }
}
