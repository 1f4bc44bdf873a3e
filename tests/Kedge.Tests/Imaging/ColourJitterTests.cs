using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

public class ColourJitterTests
{
    [Fact]
    public void Strength_zero_changes_nothing_and_draws_nothing()
    {
        var (image, random) = (Pictures.Noise(8, 8, seed: 1), new Random(1));
        var before = image.Pixels.ToArray();
        new ColourJitter().Apply(image, random);
        Assert.Equal(before, image.Pixels);
        Assert.Equal(new Random(1).Next(), random.Next());
    }

    [Fact]
    public void Brightness_contrast_and_saturation_follow_their_formulas()
    {
        var image = Pictures.Noise(8, 8, seed: 2);
        var expected = image.Pixels.Select(value => (double)value).ToArray();
        var random = new Random(5);
        double Factor() => 0.7 + (0.6 * random.NextDouble());
        var (brightness, contrast, saturation) = (Factor(), Factor(), Factor());
        Round(value => value * brightness);
        var mean = expected.Chunk(3).Average(Grey);
        Round(value => (contrast * value) + ((1 - contrast) * mean));
        expected = [.. expected.Chunk(3)
            .SelectMany(pixel => pixel.Select(value => Clip((saturation * value) + ((1 - saturation) * Grey(pixel)))))];

        new ColourJitter { Strength = 0.3 }.Apply(image, new Random(5));
        Assert.Equal(expected, image.Pixels.Select(value => (double)value));

        void Round(Func<double, double> change) => expected = [.. expected.Select(value => Clip(change(value)))];
        static double Clip(double value) => Math.Clamp(Math.Round(value), 0, 255);
        static double Grey(double[] pixel) => (0.299 * pixel[0]) + (0.587 * pixel[1]) + (0.114 * pixel[2]);
    }

    [Fact]
    public void A_strength_outside_its_range_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColourJitter { Strength = 1.5 });
}
