using Kedge.Features;
using Kedge.Imaging;
using Kedge.Tests.Support;
using SkiaSharp;
using TorchSharp;

namespace Kedge.Tests.Features;

public class FeatureExtractorTests
{
    /// <summary>Single precision; sums over 192 pixels may be taken in another order in another batch.</summary>
    private const double SinglePrecision = 1e-5;

    private readonly FakeImageEncoder _encoder = new();

    internal static ImageFile[] Images(int count, int firstSeed = 0) => [.. Enumerable.Range(firstSeed, count)
        .Select(seed => new MemoryImageFile($"image{seed}.png", Pictures.Encode(Pictures.Noise(9, 12, seed), SKEncodedImageFormat.Png)))];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 2)]
    [InlineData(100, 8)]
    public void Rows_are_in_the_order_of_the_images(int batchSize, int threads)
    {
        var images = Images(11);
        using var features = Extract(images, new() { BatchSize = batchSize, DecodeThreads = threads });
        Assert.Equal([11, 6], features.shape);
        Assert.Equal(torch.ScalarType.Float32, features.dtype);
        for (var i = 0; i < images.Length; i++)
            Assert.Equal(_encoder.Expected(images[i]), features[i].data<float>().ToArray(), (a, b) => Math.Abs(a - b) < SinglePrecision);
        Assert.Equal((11 + batchSize - 1) / batchSize, _encoder.Batches.Count);
    }

    [Fact]
    public void No_images_give_no_rows()
    {
        using var features = Extract([]);
        Assert.Equal([0, 6], features.shape);
        Assert.Empty(_encoder.Batches);
    }

    [Fact]
    public void The_same_content_is_encoded_once()
    {
        var images = Images(3);
        ImageFile[] repeated =
            [images[0], images[1], images[0], images[2], images[1], new MemoryImageFile("copy", images[0].ReadAllBytes())];
        using var features = Extract(repeated, new() { BatchSize = 2 });
        Assert.Equal(3, _encoder.Crops);
        Assert.True(features[0].equal(features[2]).all().item<bool>());
        Assert.True(features[0].equal(features[5]).all().item<bool>());
        Assert.False(features[0].equal(features[1]).all().item<bool>());
    }

    [Fact]
    public void Views_are_an_own_dimension_and_depend_on_content_and_seed_only()
    {
        var images = Images(5);
        var options = new ExtractionOptions { BatchSize = 7, Views = new(3, Seed: 1) };
        using var features = Extract(images, options);
        Assert.Equal([3, 5, 6], features.shape);
        Assert.All(_encoder.Batches, size => Assert.Equal(0, size % 3));

        using var backwards = Extract([.. images.Reverse()], options with { BatchSize = 1 });
        Assert.True(backwards.flip(1).allclose(features, atol: SinglePrecision));
        using var otherSeed = Extract(images, options with { Views = new(3, Seed: 2) });
        Assert.False(otherSeed.allclose(features, atol: SinglePrecision));
        Assert.False(features[0].allclose(features[1], atol: SinglePrecision));
    }

    [Fact]
    public void The_first_unusable_image_ends_it_where_none_is_left_out()
    {
        var images = Images(4);
        images[1] = new MemoryImageFile("bad.jpg", "text"u8.ToArray());
        Assert.StartsWith("Cannot decode 'bad.jpg': it is text; ", Assert.Throws<KedgeException>(() => Extract(images)).Message);
    }

    [Fact]
    public void Features_that_are_not_finite_are_refused()
    {
        var encoder = new FakeImageEncoder { Preprocessing = new() { Resolution = 8, Mean = new(float.NaN, 0, 0) } };
        var e = Assert.Throws<KedgeException>(() => Extract(Images(1), encoder: encoder));
        Assert.StartsWith("Cannot extract features: those of 'image0.png' are not finite", e.Message);
    }

    [Fact]
    public void Progress_tells_rate_and_rest()
    {
        var time = new StepTime();
        _encoder.BeforeBatch = () => time.Now += TimeSpan.FromSeconds(2);
        var reports = new List<ExtractionProgress>();
        using var features = Extract(Images(10), new() { BatchSize = 4 }, new Reports(reports), time);
        Assert.Equal([
            new(4, 10, 4, 2, TimeSpan.FromSeconds(3)),
            new(8, 10, 8, 2, TimeSpan.FromSeconds(1)),
            new(10, 10, 10, 10 / 6.0, TimeSpan.Zero)], reports);
    }

    [Fact]
    public void Decoding_runs_ahead_of_the_encoder_by_a_bounded_number_of_images()
    {
        var read = 0;
        var most = 0;
        var images = Images(60).Select(image => new CountingFile(image, () => Interlocked.Increment(ref read))).ToArray();
        _encoder.BeforeBatch = () => most = Math.Max(most, Volatile.Read(ref read) - _encoder.Crops);
        using var features = Extract(images, new() { BatchSize = 5 });
        Assert.Equal(60, read);
        Assert.InRange(most, 5, 15);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Equal(32, new ExtractionOptions().BatchSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExtractionOptions { BatchSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExtractionOptions { DecodeThreads = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ViewSet(0, 1));
    }

    private torch.Tensor Extract(
        IReadOnlyList<ImageFile> images,
        ExtractionOptions? options = null,
        Reports? reports = null,
        TimeProvider? time = null,
        FakeImageEncoder? encoder = null) =>
        new FeatureExtractor(encoder ?? _encoder, time: time).Extract(images, options, reports, TestContext.Current.CancellationToken);

    private sealed class CountingFile(ImageFile inner, Action onRead) : ImageFile
    {
        public override string Name => inner.Name;

        public override byte[] ReadAllBytes()
        {
            onRead();
            return inner.ReadAllBytes();
        }
    }

    private sealed class Reports(List<ExtractionProgress> list) : IProgress<ExtractionProgress>
    {
        public void Report(ExtractionProgress value) => list.Add(value);
    }

    private sealed class StepTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
