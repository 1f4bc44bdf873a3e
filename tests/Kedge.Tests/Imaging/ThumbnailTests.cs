using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Imaging;

public class ThumbnailTests
{
    private const int JpegTolerance = 12; // of a flat colour, at quality 85 with coarse chroma

    [Theory]
    [InlineData(400, 200, 100, 50)]
    [InlineData(200, 400, 50, 100)]
    [InlineData(30, 20, 30, 20)]
    [InlineData(2000, 3, 100, 1)]
    public void The_whole_picture_fits_the_square_and_is_never_enlarged(int width, int height, int expectedWidth, int expectedHeight)
    {
        var file =
            new MemoryImageFile("x.png", Pictures.Encode(Pictures.Draw(width, height, (_, _) => (200, 100, 40)), SKEncodedImageFormat.Png));
        var small = ImageDecoder.Decode(Thumbnail.Jpeg(file, 100), "thumbnail");
        Assert.Equal((expectedWidth, expectedHeight), (small.Width, small.Height));
        Assert.InRange(small.Pixels[0], 200 - JpegTolerance, 200 + JpegTolerance);
        Assert.InRange(small.Pixels[2], 40 - JpegTolerance, 40 + JpegTolerance);
    }

    [Fact]
    public void A_damaged_picture_is_refused() =>
        Assert.Throws<KedgeException>(() => Thumbnail.Jpeg(new MemoryImageFile("x.png", [1, 2, 3]), 100));
}
