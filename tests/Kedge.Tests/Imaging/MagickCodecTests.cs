using ImageMagick;
using Kedge.Cli;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

/// <summary>The package Kedge.Imaging.Magick, which the tests have and do not add.</summary>
public class MagickCodecTests
{
    private static readonly MagickCodec Codec = new();

    /// <summary>A lossy codec at quality 100, on flat blocks.</summary>
    private const int LossyRounding = 4;

    public static TheoryData<MagickFormat, int> Formats => new()
    {
        { MagickFormat.Tiff, 0 }, { MagickFormat.Jxl, LossyRounding }, { MagickFormat.Jp2, LossyRounding },
        { MagickFormat.Avif, LossyRounding },
    };

    [Theory, MemberData(nameof(Formats))]
    public void Each_format_gives_its_pixels_whatever_its_name(MagickFormat format, int rounding)
    {
        var file = Encode(Pictures.Blocks(), format);
        ImageDecoderTests.AssertNear(Pictures.Blocks(), Decode(file), rounding);
        Assert.Equal("Cannot decode 'photo': it is 48 × 32 pixels, more than the 100 allowed; scale it down, or raise the limit if you " +
            "trust the file.", Assert.Throws<KedgeException>(() => Decode(file, new() { MaxPixels = 100 })).Message);
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_cut_file_is_an_error_in_one_sentence(MagickFormat format, int rounding)
    {
        Assert.InRange(rounding, 0, LossyRounding);
        var file = Encode(Pictures.Noise(64, 64, seed: 1), format);
        var word = format switch
        {
            MagickFormat.Jxl => "JPEG XL",
            MagickFormat.Jp2 => "JPEG 2000",
            _ => format.ToString().ToUpperInvariant(),
        };
        foreach (var share in (double[])[0.3, 0.6, 0.95])
        {
            Assert.Equal($"Cannot decode 'photo': the {word} file is cut short, damaged, or of a kind that ImageMagick does not read; " +
                "copy or download it again, or save it as JPEG.",
                Assert.Throws<KedgeException>(() => Decode(file[..(int)(file.Length * share)])).Message);
        }
    }

    [Fact]
    public void A_turned_tiff_is_shown_upright()
    {
        var stored = Pictures.Blocks();
        var file = Encode(stored, MagickFormat.Tiff, image => image.Orientation = ImageMagick.Orientation.RightTop);
        ImageDecoderTests.AssertSame(Kedge.Imaging.Orientation.Upright(stored, SkiaSharp.SKEncodedOrigin.RightTop), Decode(file));
    }

    [Fact]
    public void Transparent_pixels_show_white()
    {
        using var image = new MagickImage(new MagickColor(100, 50, 0, 51), 4, 4);
        var decoded = Decode(image.ToByteArray(MagickFormat.Tiff));
        ImageDecoderTests.AssertSame(Pictures.Draw(4, 4, (_, _) => (224, 214, 204)), decoded);
    }

    [Fact]
    public void The_program_finds_it_where_it_is_beside_it() => Assert.IsType<MagickCodec>(Assert.Single(ImageCodecs.Find()));

    [Fact]
    public void An_heic_photo_of_a_phone_is_decoded()
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent); // nothing at hand writes HEIC
        var image = Decode(File.ReadAllBytes(SharedData.Get("cases", "16-heic-called-jpg", "a.jpg")));
        Assert.Equal((96, 112), (image.Width, image.Height));
        Assert.True(image.Pixels.Distinct().Count() > 50);
    }

    private static RgbImage Decode(byte[] file, ImageDecoding? options = null)
    {
        Assert.True(Codec.CanDecode(file));
        using var image = CodecDecoder.Open(Codec, file, "photo", options ?? new());
        return image.Colours;
    }

    private static byte[] Encode(RgbImage image, MagickFormat format, Action<MagickImage>? change = null)
    {
        using var picture = new MagickImage();
        picture.ReadPixels(image.Pixels, new PixelReadSettings((uint)image.Width, (uint)image.Height, StorageType.Char, PixelMapping.RGB));
        picture.Quality = 100;
        change?.Invoke(picture);
        return picture.ToByteArray(format);
    }
}
