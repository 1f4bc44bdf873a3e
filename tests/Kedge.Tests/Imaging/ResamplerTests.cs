using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

public class ResamplerTests
{
    /// <summary>22-bit weights against double ones may round a half the other way.</summary>
    private const int OneLevel = 1;

    public static TheoryData<int, int, int, int, string> Sizes
    {
        get
        {
            var data = new TheoryData<int, int, int, int, string>();
            foreach (var kernel in Enum.GetNames<ResampleKernel>())
            {
                data.Add(37, 21, 16, 16, kernel);
                data.Add(7, 5, 40, 33, kernel);
                data.Add(200, 3, 11, 29, kernel);
                data.Add(1, 1, 9, 4, kernel);
                data.Add(90, 100, 1, 1, kernel);
                data.Add(33, 64, 33, 20, kernel);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void Equals_slow_plain_loops(int width, int height, int newWidth, int newHeight, string kernelName)
    {
        var kernel = Enum.Parse<ResampleKernel>(kernelName);
        var image = Pictures.Noise(width, height, seed: width + newWidth);
        var whole = ImageBox.Whole(image);
        ImageDecoderTests.AssertNear(Slow(image, whole, newWidth, newHeight, kernel),
            Resampler.Resize(image, newWidth, newHeight, kernel), OneLevel);
        var box = new ImageBox(width * 0.21f, height * 0.13f, width * 0.9f, height);
        ImageDecoderTests.AssertNear(Slow(image, box, newWidth, newHeight, kernel),
            Resampler.Resize(image, newWidth, newHeight, kernel, box), OneLevel);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_flat_picture_stays_flat(int width, int height, int newWidth, int newHeight, string kernelName)
    {
        var kernel = Enum.Parse<ResampleKernel>(kernelName);
        var flat = Resampler.Resize(Pictures.Draw(width, height, (_, _) => (3, 129, 255)), newWidth, newHeight, kernel);
        ImageDecoderTests.AssertSame(Pictures.Draw(newWidth, newHeight, (_, _) => (3, 129, 255)), flat);
    }

    [Theory, MemberData(nameof(Sizes))]
    public void A_window_holds_what_the_whole_holds_there(int width, int height, int newWidth, int newHeight, string kernelName)
    {
        var kernel = Enum.Parse<ResampleKernel>(kernelName);
        var image = Pictures.Noise(width, height, seed: 3);
        var whole = Resampler.Resize(image, newWidth, newHeight, kernel);
        var (left, top) = (newWidth / 3, newHeight / 4);
        var window =
            Resampler.ResizeWindow(image, ImageBox.Whole(image), newWidth, newHeight, left, top, newWidth - left, newHeight - top, kernel);
        ImageDecoderTests.AssertSame(Cut(whole, left, top, newWidth - left, newHeight - top), window);
    }

    [Fact]
    public void The_same_size_is_the_same_picture()
    {
        var image = Pictures.Noise(31, 18, seed: 1);
        ImageDecoderTests.AssertSame(image, Resampler.Resize(image, 31, 18));
        ImageDecoderTests.AssertSame(Cut(image, 4, 5, 20, 10), Resampler.Resize(image, 20, 10, box: new(4, 5, 24, 15)));
    }

    [Theory]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(0, 0, 11, 5)]
    [InlineData(3, 0, 3, 5)]
    [InlineData(0, 4, 5, 2)]
    [InlineData(0, 0, float.NaN, 5)]
    public void A_box_must_be_inside_and_not_empty(float left, float top, float right, float bottom) =>
        Assert.Throws<ArgumentException>(() => Resampler.Resize(Pictures.Noise(10, 10, seed: 1), 4, 4, box: new(left, top, right, bottom)));

    [Fact]
    public void Sizes_below_one_are_refused()
    {
        var image = Pictures.Noise(2, 2, seed: 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.Resize(image, 0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Resampler.Resize(image, 4, 0));
    }

    private static RgbImage Cut(RgbImage image, int left, int top, int width, int height) => Pictures.Draw(width, height, (x, y) =>
        image.Pixels.AsSpan((((top + y) * image.Width) + left + x) * 3, 3) is var p ? (p[0], p[1], p[2]) : default);

    /// <summary>
    /// The definition in double precision: the kernel over every source pixel, columns first,
    /// rounded to bytes in between.
    /// </summary>
    private static RgbImage Slow(RgbImage image, ImageBox box, int width, int height, ResampleKernel kernel)
    {
        var narrowed = Pictures.Draw(width, image.Height, (x, y) => (Sum(x, y, 0), Sum(x, y, 1), Sum(x, y, 2)));
        return Pictures.Draw(width, height, (x, y) => (SumDown(x, y, 0), SumDown(x, y, 1), SumDown(x, y, 2)));
        byte Sum(int x, int y, int c) =>
            Weighted(box.Left, box.Right, width, x, image.Width, i => image.Pixels[(((y * image.Width) + i) * 3) + c]);
        byte SumDown(int x, int y, int c) =>
            Weighted(box.Top, box.Bottom, height, y, image.Height, i => narrowed.Pixels[(((i * width) + x) * 3) + c]);

        byte Weighted(double from, double to, int size, int at, int sourceSize, Func<int, byte> pixel)
        {
            var scale = (to - from) / size;
            var centre = from + ((at + 0.5) * scale);
            var widening = Math.Max(1, scale);
            var (sum, weights) = (0.0, 0.0);
            for (var i = 0; i < sourceSize; i++)
            {
                var distance = Math.Abs(i + 0.5 - centre) / widening;
                var weight = kernel == ResampleKernel.Bilinear ? Math.Max(0, 1 - distance) : Cubic(distance);
                (sum, weights) = (sum + (weight * pixel(i)), weights + weight);
            }
            return (byte)Math.Clamp(Math.Floor((sum / weights) + 0.5), 0, 255);
        }
    }

    /// <summary>Keys' cubic with a = −½, as in his paper.</summary>
    private static double Cubic(double s) => s switch
    {
        < 1 => (1.5 * s * s * s) - (2.5 * s * s) + 1,
        < 2 => (-0.5 * s * s * s) + (2.5 * s * s) - (4 * s) + 2,
        _ => 0,
    };
}
