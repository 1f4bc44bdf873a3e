using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Imaging;

public class OrientationTests
{
    /// <summary>Flat blocks through JPEG at quality 100 change by the rounding of colour conversion.</summary>
    private const int JpegRounding = 3;

    /// <summary>
    /// What must be done to the stored picture to see it upright, after the EXIF standard, in words: M mirrors
    /// left and right, T transposes.
    /// </summary>
    private static readonly string[] ToUpright = ["", "M", "MTMT", "TMT", "T", "TM", "TMTMT", "MT"];

    public static TheoryData<int> Orientations => [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory, MemberData(nameof(Orientations))]
    public void Every_orientation_puts_every_pixel_where_it_belongs(int orientation)
    {
        var stored = Pictures.Noise(5, 3, seed: orientation);
        ImageDecoderTests.AssertSame(Apply(ToUpright[orientation - 1], stored), Orientation.Upright(stored, (SKEncodedOrigin)orientation));
    }

    [Theory, MemberData(nameof(Orientations))]
    public void A_turned_jpeg_is_shown_upright_unless_told_otherwise(int orientation)
    {
        var upright = Pictures.Blocks();
        // mirroring and transposing undo themselves, so the way back is the way read backwards
        var stored = Apply(string.Concat(ToUpright[orientation - 1].Reverse()), upright);
        var file = new MemoryImageFile("turned", Pictures.WithOrientation(Pictures.Encode(stored, SKEncodedImageFormat.Jpeg), orientation));

        ImageDecoderTests.AssertNear(upright, ImageDecoder.Decode(file), JpegRounding);
        ImageDecoderTests.AssertNear(stored, ImageDecoder.Decode(file, new() { ApplyOrientation = false }), JpegRounding);
        var preprocessing = new Preprocessing { Resolution = 32 };
        ImageDecoderTests.AssertNear(preprocessing.Crop(upright), preprocessing.Crop(file), JpegRounding);
    }

    private static RgbImage Apply(string steps, RgbImage image) => steps.Aggregate(image, (i, step) => step == 'M'
        ? Pictures.Draw(i.Width, i.Height, (x, y) => At(i, i.Width - 1 - x, y))
        : Pictures.Draw(i.Height, i.Width, (x, y) => At(i, y, x)));

    private static (byte, byte, byte) At(RgbImage image, int x, int y) =>
        image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3) is var p ? (p[0], p[1], p[2]) : default;
}
