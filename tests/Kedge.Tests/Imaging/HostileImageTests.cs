using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Imaging;

public class HostileImageTests
{
    public static TheoryData<SKEncodedImageFormat> Formats =>
        [SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp];

    [Fact]
    public void An_empty_file_is_said_to_be_empty() =>
        AssertError([], "Cannot decode 'photo': the file is empty; expected JPEG, PNG, WebP, BMP or GIF.");

    [Fact]
    public void A_text_file_is_no_image() =>
        AssertError("label,path\ncat,cat.jpg\n"u8.ToArray(),
            "Cannot decode 'photo': it is text; expected JPEG, PNG, WebP, BMP or GIF: put the photo in its place, or take it away.");

    [Fact]
    public void Zeros_are_no_image() =>
        AssertError(new byte[1000], "Cannot decode 'photo': its 1,000 bytes are all zero; expected JPEG, PNG, WebP, BMP or GIF: " +
            "copy or download it again.");

    [Fact]
    public void Bytes_of_no_known_format_are_no_image() =>
        AssertError([1, 2, 3], "Cannot decode 'photo': its 3 bytes are not a readable image; expected JPEG, PNG, WebP, BMP or GIF.");

    [Fact]
    public void A_small_file_that_claims_enormous_size_is_refused_before_it_is_unpacked() =>
        AssertError(Pictures.Png(60_000, 60_000, 8, 2, []),
            "Cannot decode 'photo': it is 60,000 × 60,000 pixels, more than the 178,956,970 allowed; " +
            "scale it down, or raise the limit if you trust the file.");

    [Fact]
    public void A_size_that_the_file_cannot_hold_is_refused_before_it_is_unpacked()
    {
        var (bmp, gif, jpeg) = (Pictures.Bmp.ToArray(), Pictures.Gif.ToArray(), ProgressiveJpeg.Bytes);
        byte[] side = [0x41, 0x34]; // 13,377
        (bmp[18], bmp[19], bmp[22], bmp[23]) = (side[0], side[1], side[0], side[1]);
        (gif[6], gif[7], gif[8], gif[9]) = (side[0], side[1], side[0], side[1]);
        var frame = jpeg.AsSpan(jpeg.AsSpan().IndexOf((byte[])[0xFF, 0xC2]));
        (frame[5], frame[6], frame[7], frame[8]) = (side[1], side[0], side[1], side[0]);
        var png = Pictures.Png(13_377, 13_377, 8, 2, []);
        foreach (var (word, file) in new[] { ("PNG", png), ("BMP", bmp), ("GIF", gif), ("JPEG", jpeg) })
        {
            AssertError(file, $"Cannot decode 'photo': the {word} file is cut short; copy or download it again, or use it as far as it " +
                "goes (--allow-cut).");
        }
    }

    [Fact]
    public void The_limit_is_the_callers()
    {
        var png = Pictures.Encode(Pictures.Noise(10, 10, seed: 1), SKEncodedImageFormat.Png);
        Assert.Equal(10, ImageDecoder.Decode(png, "photo", new() { MaxPixels = 100 }).Width);
        Assert.Throws<KedgeException>(() => ImageDecoder.Decode(png, "photo", new() { MaxPixels = 99 }));
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_file_cut_short_is_an_error_wherever_it_is_cut(SKEncodedImageFormat format)
    {
        var bytes = Pictures.Encode(Pictures.Noise(64, 64, seed: 1), format);
        foreach (var share in (double[])[0.01, 0.1, 0.5, 0.9])
        {
            var e = Assert.Throws<KedgeException>(() => ImageDecoder.Decode(bytes.AsSpan(0, (int)(bytes.Length * share)), "photo"));
            Assert.StartsWith("Cannot decode 'photo': ", e.Message);
        }
        var half = Assert.Throws<KedgeException>(() => ImageDecoder.Decode(bytes.AsSpan(0, bytes.Length / 2), "photo"));
        var word = format is SKEncodedImageFormat.Webp ? "WebP" : format.ToString().ToUpperInvariant();
        Assert.Equal($"Cannot decode 'photo': the {word} file is cut short; copy or download it again, or use it as far as it goes " +
            "(--allow-cut).", half.Message);
    }

    [Fact]
    public void Cut_bitmaps_and_gifs_are_errors_too()
    {
        for (var length = 1; length < Pictures.Bmp.Length - 2; length++) // the last row's padding may be missing
            Assert.Throws<KedgeException>(() => ImageDecoder.Decode(Pictures.Bmp.AsSpan(0, length), "photo"));
        for (var length = 1; length < Pictures.Gif.Length - 18; length++) // the first frame is all that counts
            Assert.Throws<KedgeException>(() => ImageDecoder.Decode(Pictures.Gif.AsSpan(0, length), "photo"));
    }

    [Theory, MemberData(nameof(Formats))]
    public void Damaged_files_give_a_picture_or_an_error_and_nothing_else(SKEncodedImageFormat format)
    {
        var good = Pictures.Encode(Pictures.Noise(16, 16, seed: 1), format);
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var bytes = good.ToArray();
            for (var hit = 0; hit < 3; hit++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var image = ImageDecoder.Decode(bytes, "photo", new() { MaxPixels = 1_000_000 });
                Assert.InRange((long)image.Width * image.Height, 1, 1_000_000);
            }
            catch (KedgeException e)
            {
                Assert.StartsWith("Cannot decode 'photo': ", e.Message);
            }
        }
    }

    [Fact]
    public void A_missing_file_is_named() => Assert.Equal("Cannot read the image 'no/such.jpg': there is no such file.",
        Assert.Throws<KedgeException>(() => new DiskImageFile("no/such.jpg").ReadAllBytes()).Message);

    private static void AssertError(byte[] bytes, string message) =>
        Assert.Equal(message, Assert.Throws<KedgeException>(() => ImageDecoder.Decode(new MemoryImageFile("photo", bytes))).Message);
}
