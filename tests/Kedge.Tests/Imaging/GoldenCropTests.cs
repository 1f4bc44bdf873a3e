using System.Text.Json;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

/// <summary>Crops against Pillow's, byte for byte.</summary>
public class GoldenCropTests
{
    /// <summary>Decoders of JPEG round their inverse transforms differently.</summary>
    private const int JpegTolerance = 2;

    /// <summary>Everything else is integer arithmetic on the same numbers.</summary>
    private const int LosslessTolerance = 1;

    private const double LosslessShareEqual = 0.999;

    public static TheoryData<string> Committed => Names(TestData.Small("images"));

    public static TheoryData<string> Shared => SharedData.Exists ? Names(SharedData.Get("golden", "images")) : ["absent"];

    [Theory, MemberData(nameof(Committed))]
    public void Crops_of_drawings_equal_the_reference(string name) => Compare(TestData.Small("images"), name);

    [Theory, MemberData(nameof(Shared))]
    public void Crops_of_photos_equal_the_reference(string name)
    {
        Assert.SkipUnless(SharedData.Exists, SharedData.Absent);
        Compare(SharedData.Get("golden", "images"), name);
    }

    [Fact]
    public void Palette_pictures_are_resized_like_any_other()
    {
        var palette = ImageDecoder.Decode(new DiskImageFile(TestData.Small("images", "palette.png")));
        var trueColour = new MemoryImageFile("same colours", Pictures.Encode(palette, SkiaSharp.SKEncodedImageFormat.Png));
        var crop = new Preprocessing().Crop(new DiskImageFile(TestData.Small("images", "palette.png")));
        ImageDecoderTests.AssertSame(new Preprocessing().Crop(trueColour), crop);
        Assert.Equal(224, crop.Width);
    }

    private static void Compare(string folder, string name)
    {
        foreach (var resolution in (int[])[224, 64])
        {
            // the reference ignores orientation and forgets alpha
            var preprocessing = new Preprocessing
            {
                Resolution = resolution,
                Decoding = new() { ApplyOrientation = false, Alpha = AlphaRule.Drop },
            };
            var crop = preprocessing.Crop(new DiskImageFile(Path.Combine(folder, name))).Pixels;
            var golden = Path.ChangeExtension(name, null) + $".crop{resolution}.png";
            var expected = ImageDecoder.Decode(new DiskImageFile(Path.Combine(folder, golden))).Pixels;
            var differences = crop.Zip(expected, (a, b) => Math.Abs(a - b)).ToArray();
            var equal = differences.Count(d => d == 0) / (double)differences.Length;
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} at {resolution}: {equal:P3} equal, at most {differences.Max()} off");
            if (name is "palette.png")
                // the reference resizes it by nearest index; we resize its colours: see Palette_pictures_are_resized_like_any_other
                continue;
            var jpeg = name.EndsWith(".jpg", StringComparison.Ordinal);
            Assert.InRange(differences.Max(), 0, jpeg ? JpegTolerance : LosslessTolerance);
            if (!jpeg)
                Assert.InRange(equal, LosslessShareEqual, 1);
        }
    }

    private static TheoryData<string> Names(string folder)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.json")));
        return [.. manifest.RootElement.EnumerateArray().Select(entry => entry.GetProperty("file").GetString()!)];
    }
}
