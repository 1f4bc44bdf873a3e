using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Imaging;

public class RandomViewTests
{
    /// <summary>Sides are rounded to whole pixels: half a pixel of at least 84 on each side.</summary>
    private const double Rounding = 0.015;

    private static readonly Preprocessing Small = new() { Resolution = 16 };

    [Fact]
    public void Defaults_are_those_of_torchvision() =>
        Assert.Equal(new RandomView { MinArea = 0.08, MaxArea = 1, MaxAspect = 4.0 / 3, FlipProbability = 0.5 }, new RandomView());

    [Fact]
    public void A_seed_decides_the_view()
    {
        var image = Pictures.Noise(40, 30, seed: 1);
        byte[] sample(int seed) => new RandomView().Sample(image, Small, new(seed)).Pixels;
        Assert.Equal(sample(1), sample(1));
        Assert.NotEqual(sample(1), sample(2));
    }

    [Fact]
    public void Boxes_keep_area_and_shape_in_range_and_reach_everywhere()
    {
        var random = new Random(1);
        var boxes = Enumerable.Range(0, 500).Select(_ => new RandomView().Draw(300, 400, random)).ToArray();
        Assert.All(boxes, box =>
        {
            var (width, height) = (box.Right - box.Left, box.Bottom - box.Top);
            Assert.InRange(width * height / (300 * 400), 0.08 - Rounding, 1);
            Assert.InRange(width / height, (3 / 4.0) - Rounding, (4 / 3.0) + Rounding);
            Assert.True(box is { Left: >= 0, Top: >= 0, Right: <= 300, Bottom: <= 400 });
        });
        Assert.Contains(boxes, box => box.Left == 0);
        Assert.Contains(boxes, box => box.Right == 300);
        Assert.Contains(boxes, box => box.Left > 100 && box.Top > 100);
    }

    /// <summary>
    /// Caches keep features of views: whoever changes what a seed draws must raise the feature cache's PixelVersion.
    /// </summary>
    [Fact]
    public void What_a_seed_draws_never_changes() => Assert.Equal(new ImageBox(60, 143, 232, 358), new RandomView().Draw(300, 400, new(1)));

    [Fact]
    public void A_picture_of_no_fitting_shape_gives_its_centre() =>
        Assert.Equal(new ImageBox(49, 0, 52, 2), new RandomView { MinArea = 1 }.Draw(101, 2, new(1)));

    [Fact]
    public void A_flip_mirrors_left_and_right()
    {
        var image = Pictures.Noise(16, 16, seed: 1);
        var all = new RandomView { MinArea = 1, MaxAspect = 1, FlipProbability = 0 };
        ImageDecoderTests.AssertSame(image, all.Sample(image, Small, new(1)));
        var mirrored =
            Pictures.Draw(16, 16, (x, y) => image.Pixels.AsSpan(((y * 16) + 15 - x) * 3, 3) is var p ? (p[0], p[1], p[2]) : default);
        ImageDecoderTests.AssertSame(mirrored, (all with { FlipProbability = 1 }).Sample(image, Small, new(1)));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var image = Pictures.Noise(16, 16, seed: 1);
        foreach (var bad in (RandomView[])[new() { MinArea = 0 }, new() { MaxArea = 1.1 },
            new() { MaxAspect = 0.5 }, new() { FlipProbability = -1 }])
            Assert.Throws<ArgumentException>(() => bad.Sample(image, Small, new(1)));
    }
}
