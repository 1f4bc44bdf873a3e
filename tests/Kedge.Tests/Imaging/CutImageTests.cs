using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Imaging;

/// <summary>
/// Files that are cut short where the decoder gives a picture all the same. Pillow refuses each of them.
/// </summary>
public class CutImageTests
{
    private const string CutJpeg =
        "Cannot decode 'photo': the JPEG file is cut short; copy or download it again, or use it as far as it goes (--allow-cut).";

    private static readonly byte[] Whole = ProgressiveJpeg.Bytes;

    [Fact]
    public void A_whole_progressive_jpeg_is_read_with_and_without_bytes_behind_it()
    {
        var image = ImageDecoder.Decode(Whole, "photo");
        Assert.Equal((48, 32), (image.Width, image.Height));
        ImageDecoderTests.AssertSame(image, ImageDecoder.Decode([.. Whole, .. new byte[100]], "photo"));
        ImageDecoderTests.AssertSame(image, ImageDecoder.Decode([.. Whole, .. Whole], "photo"));
    }

    [Fact]
    public void A_progressive_jpeg_is_refused_wherever_it_is_cut()
    {
        var firstScan = ProgressiveJpeg.ScansAndEnd[0];
        for (var length = 1; length < Whole.Length; length++)
        {
            var e = Assert.Throws<KedgeException>(() => ImageDecoder.Decode(Whole.AsSpan(0, length), "photo"));
            if (length > firstScan + 20)
                Assert.Equal(CutJpeg, e.Message);
        }
    }

    [Fact]
    public void A_progressive_jpeg_that_was_closed_before_its_last_scan_is_refused()
    {
        Assert.Equal(11, ProgressiveJpeg.ScansAndEnd.Length);
        foreach (var scan in ProgressiveJpeg.ScansAndEnd[1..^1])
            Assert.Equal(CutJpeg, Failure([.. Whole[..scan], 0xFF, 0xD9]));
    }

    [Fact]
    public void The_rest_of_an_interrupted_download_is_refused_though_zeros_are_valid_codes()
    {
        var jpeg = Pictures.Encode(Pictures.Blocks(), SKEncodedImageFormat.Jpeg);
        var received = jpeg.Length * 9 / 10;
        Assert.Equal(CutJpeg, Failure([.. jpeg[..received], .. new byte[jpeg.Length - received]]));
        Assert.Equal(CutJpeg, Failure(jpeg[..^2])); // all pixels are there, but not the end of image
    }

    [Fact]
    public void A_webp_that_is_shorter_than_it_says_is_refused_though_all_pixels_are_there()
    {
        var webp = ExifTests.WebP(Pictures.Blocks(), ExifTests.Block(orientation: 6));
        Assert.Equal(32, ImageDecoder.Decode(webp, "photo").Width);
        Assert.Equal("Cannot decode 'photo': the WebP file is cut short; copy or download it again, or use it as far as it goes " +
            "(--allow-cut).", Failure(webp[..^20]));
    }

    [Fact]
    public void A_cut_file_may_be_used_as_far_as_it_goes()
    {
        var allow = new ImageDecoding { AllowCut = true };
        byte[][] files =
        [
            Whole, .. new[] { SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png }.Select(f => Pictures.Encode(Pictures.Blocks(), f)),
        ];
        foreach (var file in files)
        {
            using var cut = ImageDecoder.Open(file.AsSpan(0, file.Length - 40), "photo", allow);
            Assert.True(cut.IsCut);
            Assert.Equal((48, 32), (cut.Colours.Width, cut.Colours.Height));
            using var whole = ImageDecoder.Open(file, "photo", allow);
            Assert.False(whole.IsCut);
        }
        Assert.StartsWith("Cannot decode 'photo': the JPEG file is damaged",
            Assert.Throws<KedgeException>(() => ImageDecoder.Open(Whole.AsSpan(0, 20), "photo", allow)).Message);
    }

    private static string Failure(byte[] bytes) =>
        Assert.Throws<KedgeException>(() => ImageDecoder.Decode(bytes, "photo")).Message;
}
