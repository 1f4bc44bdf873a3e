using Kedge.Imaging;
using Kedge.Tests.Support;
using TorchSharp;

namespace Kedge.Tests.Imaging;

public class PreprocessingTests
{
    /// <summary>
    /// Single precision: one rounding each of a division, a subtraction and a division of numbers up to about 2.
    /// </summary>
    private const double SinglePrecision = 1e-6;

    [Fact]
    public void Defaults_are_those_of_clip()
    {
        var defaults = new Preprocessing();
        Assert.Equal(224, defaults.Resolution);
        Assert.Equal(new(0.48145466f, 0.4578275f, 0.40821073f), defaults.Mean);
        Assert.Equal(new(0.26862954f, 0.26130258f, 0.27577711f), defaults.Std);
        Assert.Equal(ResampleKernel.Bicubic, defaults.Kernel);
        Assert.Equal(new ImageDecoding(), defaults.Decoding);
        Assert.Equal(new Preprocessing(), defaults);
        Assert.NotEqual(new Preprocessing { Decoding = new() { Alpha = AlphaRule.Drop } }, defaults);
    }

    [Theory]
    [InlineData(4, 4, 4, 0)]
    [InlineData(5, 4, 4, 0)] // half a pixel rounds to even: 0
    [InlineData(7, 4, 4, 2)] // 1.5 rounds to 2
    [InlineData(9, 4, 4, 2)] // 2.5 rounds to 2
    public void The_centre_is_rounded_as_in_python(int width, int height, int resolution, int left)
    {
        var image = Pictures.Noise(width, height, seed: 1);
        foreach (var wide in (bool[])[true, false])
        {
            var source = wide ? image : Transposed(image);
            var crop = new Preprocessing { Resolution = resolution }.Crop(source);
            var expected = Pictures.Draw(resolution, resolution, (x, y) => At(image, x + left, y));
            ImageDecoderTests.AssertSame(wide ? expected : Transposed(expected), crop);
        }
    }

    [Fact]
    public void A_thin_strip_costs_no_more_than_its_crop()
    {
        var strip = Pictures.Draw(3_000_000, 1, (x, _) => ((byte)x, 0, 0));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var crop = new Preprocessing().Crop(strip);
        Assert.Equal((224, 224), (crop.Width, crop.Height));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Tensors_hold_normalised_channels_plane_by_plane()
    {
        var preprocessing = new Preprocessing { Resolution = 6 };
        RgbImage[] crops = [Pictures.Noise(6, 6, seed: 1), Pictures.Noise(6, 6, seed: 2)];
        using var tensor = preprocessing.ToTensor(crops);
        Assert.Equal([2, 3, 6, 6], tensor.shape);
        Assert.Equal(torch.ScalarType.Float32, tensor.dtype);
        double[] mean = [0.48145466, 0.4578275, 0.40821073], std = [0.26862954, 0.26130258, 0.27577711];
        for (var i = 0; i < 2 * 6 * 6 * 3; i++)
        {
            var (b, y, x, c) = (i / 108, i / 18 % 6, i / 3 % 6, i % 3);
            var expected = ((crops[b].Pixels[i % 108] / 255.0) - mean[c]) / std[c];
            Assert.Equal(expected, tensor[b, c, y, x].item<float>(), SinglePrecision);
        }
    }

    [Fact]
    public void No_crops_make_an_empty_batch()
    {
        using var tensor = new Preprocessing { Resolution = 6 }.ToTensor([]);
        Assert.Equal([0, 3, 6, 6], tensor.shape);
    }

    [Fact]
    public void A_crop_of_another_size_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Preprocessing { Resolution = 6 }.ToTensor([Pictures.Noise(6, 7, seed: 1)]));

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Preprocessing { Resolution = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Preprocessing { Resolution = 4097 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Preprocessing { Std = new(1, 0, 1) });
    }

    private static RgbImage Transposed(RgbImage image) => Pictures.Draw(image.Height, image.Width, (x, y) => At(image, y, x));

    private static (byte, byte, byte) At(RgbImage image, int x, int y) =>
        image.Pixels.AsSpan(((y * image.Width) + x) * 3, 3) is var p ? (p[0], p[1], p[2]) : default;
}
