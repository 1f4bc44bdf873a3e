using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Imaging;

public class ImageDecoderTests
{
    /// <summary>Flat blocks through JPEG at quality 100 change by the rounding of colour conversion.</summary>
    private const int JpegRounding = 3;

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Lossless_files_give_their_pixels(SKEncodedImageFormat format)
    {
        var image = Pictures.Noise(23, 17, seed: 1);
        AssertSame(image, ImageDecoder.Decode(Pictures.Encode(image, format), "noise"));
    }

    [Fact]
    public void A_jpeg_gives_nearly_its_pixels()
    {
        var image = Pictures.Blocks();
        AssertNear(image, ImageDecoder.Decode(Pictures.Encode(image, SKEncodedImageFormat.Jpeg), "blocks"), JpegRounding);
    }

    [Fact]
    public void A_bmp_is_read_from_its_bottom_row() =>
        AssertSame(new(2, 2, [7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]), ImageDecoder.Decode(Pictures.Bmp, "bmp"));

    [Fact]
    public void A_gif_gives_its_first_frame() =>
        AssertSame(new(2, 1, [10, 20, 30, 200, 210, 220]), ImageDecoder.Decode(Pictures.Gif, "gif"));

    [Fact]
    public void Grey_becomes_three_equal_channels() =>
        AssertSame(new(2, 1, [7, 7, 7, 200, 200, 200]), ImageDecoder.Decode(Pictures.Png(2, 1, 8, 0, [7, 200]), "grey"));

    [Fact]
    public void Two_bit_grey_spans_black_to_white() =>
        AssertSame(new(4, 1, [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255]),
            ImageDecoder.Decode(Pictures.Png(4, 1, 2, 0, [0b00_01_10_11]), "grey"));

    [Fact]
    public void Sixteen_bits_are_rounded_to_eight()
    {
        AssertNear(new(2, 1, [18, 52, 86, 255, 0, 128]), ImageDecoder.Decode(
            Pictures.Png(2, 1, 16, 2, [0x12, 0x00, 0x34, 0x34, 0x56, 0x10, 0xFF, 0xFF, 0, 0, 0x80, 0x80]), "rgb16"), 0);
        AssertNear(new(2, 1, [18, 18, 18, 255, 255, 255]),
            ImageDecoder.Decode(Pictures.Png(2, 1, 16, 0, [0x12, 0x12, 0xFF, 0xFF]), "grey16"), 0);
    }

    [Fact]
    public void A_palette_gives_its_colours()
    {
        var png = Pictures.Png(3, 1, 8, 3, [2, 0, 1], ("PLTE", [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        AssertSame(new(3, 1, [7, 8, 9, 1, 2, 3, 4, 5, 6]), ImageDecoder.Decode(png, "palette"));
    }

    [Fact]
    public void A_transparent_palette_entry_shows_white()
    {
        var png = Pictures.Png(2, 1, 8, 3, [0, 1], ("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [0]));
        AssertSame(new(2, 1, [255, 255, 255, 4, 5, 6]), ImageDecoder.Decode(png, "palette"));
    }

    [Fact]
    public void Alpha_is_blended_over_white_unless_dropped()
    {
        var png = Pictures.Png(3, 1, 8, 6, [100, 50, 0, 255, 100, 50, 0, 0, 100, 50, 0, 51]);
        AssertSame(new(3, 1, [100, 50, 0, 255, 255, 255, 224, 214, 204]), ImageDecoder.Decode(png, "alpha"));
        AssertSame(new(3, 1, [100, 50, 0, 100, 50, 0, 100, 50, 0]), ImageDecoder.Decode(png, "alpha", new() { Alpha = AlphaRule.Drop }));
    }

    [Fact]
    public void A_colour_profile_changes_nothing()
    {
        var image = Pictures.Noise(5, 4, seed: 2);
        // gamma 1.0: with colour management the pixels would become much lighter
        var png = Pictures.Png(5, 4, 8, 2, image.Pixels, ("gAMA", [0, 1, 0x86, 0xA0]));
        AssertSame(image, ImageDecoder.Decode(png, "gamma"));
    }

    [Fact]
    public void Defaults_are_what_the_documentation_says()
    {
        var options = new ImageDecoding();
        Assert.True(options.ApplyOrientation);
        Assert.Equal(AlphaRule.White, options.Alpha);
        Assert.Equal(178_956_970, options.MaxPixels);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageDecoding { MaxPixels = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageDecoding { MaxPixels = 500_000_001 });
    }

    internal static void AssertSame(RgbImage expected, RgbImage actual) => AssertNear(expected, actual, 0);

    internal static void AssertNear(RgbImage expected, RgbImage actual, int tolerance)
    {
        Assert.Equal((expected.Width, expected.Height), (actual.Width, actual.Height));
        for (var i = 0; i < expected.Pixels.Length; i++)
        {
            var (x, y) = (i / 3 % expected.Width, i / 3 / expected.Width);
            if (Math.Abs(expected.Pixels[i] - actual.Pixels[i]) > tolerance)
                Assert.Fail($"Channel {i % 3} at ({x}, {y}): {actual.Pixels[i]}, expected {expected.Pixels[i]} ± {tolerance}.");
        }
    }
}
