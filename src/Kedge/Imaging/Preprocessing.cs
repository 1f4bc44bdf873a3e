using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Kedge.Imaging;

/// <summary>A value for each colour channel.</summary>
/// <param name="Red">For red.</param>
/// <param name="Green">For green.</param>
/// <param name="Blue">For blue.</param>
internal readonly record struct PerChannel(float Red, float Green, float Blue);

/// <summary>
/// The preprocessing of an image tower: decode, resize the shorter side to <see cref="Resolution"/>, centre crop,
/// normalise by (pixel ÷ 255 − mean) ÷ std. The defaults are those of the original CLIP at 224 pixels. Equal
/// values are equal records.
/// </summary>
internal sealed record Preprocessing
{
    /// <summary>
    /// R, the side of the square input in pixels, 1 to 4,096; default 224 (ViT-B/32, ViT-B/16, RN50).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside the range.</exception>
    public int Resolution
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 4096);
            field = value;
        }
    } = 224;

    /// <summary>Subtracted from pixels in 0 to 1; default CLIP's training mean.</summary>
    public PerChannel Mean { get; init; } = new(0.48145466f, 0.4578275f, 0.40821073f);

    /// <summary>Pixels are divided by it, each above 0; default CLIP's training standard deviation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A channel is not above 0.</exception>
    public PerChannel Std
    {
        get;
        init
        {
            if (!(value.Red > 0 && value.Green > 0 && value.Blue > 0))
                throw new ArgumentOutOfRangeException(nameof(value), value, "Every channel's standard deviation must be above 0.");
            field = value;
        }
    } = new(0.26862954f, 0.26130258f, 0.27577711f);

    /// <summary>The filter of the resize; default bicubic.</summary>
    public ResampleKernel Kernel { get; init; } = ResampleKernel.Bicubic;

    /// <summary>How files are decoded to pixels.</summary>
    public ImageDecoding Decoding { get; init; } = new();

    /// <summary>Decodes a file and crops it.</summary>
    /// <param name="file">The encoded image.</param>
    /// <returns>R × R pixels.</returns>
    /// <exception cref="KedgeException">The file cannot be read or decoded; the message names it.</exception>
    internal RgbImage Crop(ImageFile file) => Crop(file.ReadAllBytes(), file.Name);

    /// <summary>Decodes encoded bytes and crops the picture.</summary>
    /// <param name="bytes">The content of an image file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <returns>R × R pixels.</returns>
    /// <exception cref="KedgeException">The bytes cannot be decoded; the message names the file.</exception>
    internal RgbImage Crop(ReadOnlySpan<byte> bytes, string name)
    {
        using var image = ImageDecoder.Open(bytes, name, Decoding);
        return Crop(image);
    }

    /// <summary>Crops a decoded file.</summary>
    internal RgbImage Crop(DecodedImage image) =>
        image.Alpha is not { } alpha || Math.Min(alpha.Width, alpha.Height) == Resolution
            ? Crop(image.Colours) // Pillow weights by alpha only where it resizes
            : Transparency.Divide(Crop(Transparency.Multiply(image.Colours, alpha)), Crop(alpha));

    /// <summary>
    /// Resizes the shorter side to R and takes the centre crop; sizes are rounded as torchvision's <c>Resize</c> and
    /// <c>CenterCrop</c> do.
    /// </summary>
    /// <param name="image">A picture of any size.</param>
    /// <returns>R × R pixels.</returns>
    internal RgbImage Crop(RgbImage image)
    {
        var shorter = Math.Min(image.Width, image.Height);
        long Scaled(int side) => (long)Resolution * side / shorter;
        var (width, height) = (Scaled(image.Width), Scaled(image.Height));
        long Margin(long side) => (long)Math.Round((side - Resolution) / 2.0, MidpointRounding.ToEven);
        return Resampler.ResizeWindow(image, ImageBox.Whole(image), width, height,
            Margin(width), Margin(height), Resolution, Resolution, Kernel);
    }

    /// <summary>Normalises crops into one batch.</summary>
    /// <param name="crops">B pictures of R × R pixels.</param>
    /// <returns>A new CPU tensor [B, 3, R, R], F32, owned by the caller.</returns>
    /// <exception cref="ArgumentException">A picture is not R × R.</exception>
    internal Tensor ToTensor(IReadOnlyList<RgbImage> crops)
    {
        foreach (var crop in crops)
        {
            if (crop.Width != Resolution || crop.Height != Resolution)
                throw new ArgumentException($"A crop is {crop.Width} × {crop.Height} pixels; expected {Resolution} × {Resolution}.",
                    nameof(crops));
        }
        var batch = empty([crops.Count, 3, Resolution, Resolution], ScalarType.Float32, CPU);
        var values = MemoryMarshal.Cast<byte, float>(batch.bytes);
        var (red, green, blue) = (Levels(Mean.Red, Std.Red), Levels(Mean.Green, Std.Green), Levels(Mean.Blue, Std.Blue));
        var area = Resolution * Resolution;
        for (var b = 0; b < crops.Count; b++)
        {
            ReadOnlySpan<byte> pixels = crops[b].Pixels;
            var planes = values.Slice(b * 3 * area, 3 * area);
            for (var i = 0; i < area; i++)
            {
                planes[i] = red[pixels[3 * i]];
                planes[area + i] = green[pixels[(3 * i) + 1]];
                planes[(2 * area) + i] = blue[pixels[(3 * i) + 2]];
            }
        }
        return batch;
    }

    /// <summary>
    /// The normalised value of each of the 256 pixel values, in F32 and in torchvision's order of operations.
    /// </summary>
    private static float[] Levels(float mean, float std) => [.. Enumerable.Range(0, 256).Select(level => ((level / 255f) - mean) / std)];
}
