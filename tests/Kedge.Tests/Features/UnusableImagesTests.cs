using Kedge.Features;
using Kedge.Imaging;
using Kedge.Tests.Support;

namespace Kedge.Tests.Features;

public sealed class UnusableImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];
    private readonly FakeImageEncoder _encoder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, 1, true)]
    [InlineData(40, 1, true)]
    [InlineData(40, 2, false)] // 5 %
    [InlineData(41, 2, true)]
    [InlineData(100, 4, true)]
    [InlineData(100, 5, false)]
    public void Of_a_class_one_or_under_five_per_cent_are_left_out(int images, int bad, bool leftOut)
    {
        var files = WithBad(images, [.. Enumerable.Range(0, bad)]);
        var good = FeatureExtractorTests.Images(9, firstSeed: 1000);
        UnusableImages unusable = new(_told.Add, [files, good]);
        if (!leftOut)
        {
            Assert.Throws<KedgeException>(() => Extract([.. files, .. good], unusable));
            Assert.Empty(_told);
            return;
        }
        var extraction = Extract([.. files, .. good], unusable);
        Assert.Equal([.. files[bad..], .. good], extraction.Images);
        Assert.Equal([images - bad + 9, 6], extraction.Features.Image.shape);
        Assert.Equal(bad, _told.Count);
        extraction.Features.Image.Dispose();
    }

    [Fact]
    public void Too_many_are_all_counted_and_five_are_named_in_one_sentence()
    {
        var images = WithBad(20, 2, 4, 6, 8, 10, 12, 14);
        var e = Assert.Throws<KedgeException>(() => Extract(images, new(_told.Add, [images])));
        Assert.StartsWith("Cannot extract features: 7 of 20 images cannot be used, more than are left out (one, or under 5 %); " +
            "repair or remove them: Cannot decode 'bad2.jpg': it is text; expected ", e.Message);
        Assert.Contains("; Cannot decode 'bad10.jpg': ", e.Message);
        Assert.DoesNotContain("'bad12.jpg'", e.Message);
        Assert.EndsWith("or take it away; and 2 more.", e.Message);
        Assert.Equal(3, _encoder.Crops); // nothing after the second bad one
    }

    [Fact]
    public void Images_none_of_which_can_be_used_are_refused()
    {
        var images = WithBad(1, 0);
        Assert.StartsWith("Cannot extract features: 1 of 1 images cannot be used; repair or remove them: Cannot decode 'bad0.jpg': ",
            Assert.Throws<KedgeException>(() => Extract(images, new(_told.Add, [images]))).Message);
    }

    [Fact]
    public void An_image_that_fails_twice_counts_and_is_told_once()
    {
        var images = WithBad(3, 1);
        UnusableImages unusable = new(_told.Add, [images]);
        for (var i = 0; i < 2; i++)
            Extract([.. images, images[1]], unusable).Features.Image.Dispose();
        Assert.Equal((1, false), (unusable.Count, unusable.TooMany));
        Assert.StartsWith("Cannot decode 'bad1.jpg': ", Assert.Single(_told));
    }

    [Fact]
    public void The_cache_does_not_remember_failures()
    {
        var good = FeatureExtractorTests.Images(2);
        var path = _folder.Write("photo.png", "not yet");
        ImageFile[] images = [.. good, ImageFile.OnDisk(path)];
        var cache = new FeatureCache(_folder["cache"]);
        Extract(images, new(_told.Add, [images]), cache).Features.Image.Dispose();
        File.WriteAllBytes(path, FeatureExtractorTests.Images(1, firstSeed: 7)[0].ReadAllBytes());
        using var features = Extract(images, new(_told.Add, [images]), cache).Features.Image;
        Assert.Equal((3, 3, 1), ((int)features.shape[0], _encoder.Crops, _told.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Results_come_one_by_one_in_the_order_of_the_images_with_errors_in_their_places(bool cached)
    {
        var images = WithBad(FeatureStore.RowsPerFile + 70, 0, 33, 1069); // more than stay in memory
        images[40] = images[3];
        images[1060] = images[1050] = images[3];
        var cache = cached ? new FeatureCache(_folder["cache"]) : null;
        for (var run = 0; run < 2; run++)
        {
            var results = new FeatureExtractor(_encoder, cache).ExtractEach<float[]>(FeatureKinds.Image, images,
                features => [.. Enumerable.Range(0, (int)features.Image.shape[0]).Select(i => features.Image[i].data<float>().ToArray())],
                new() { BatchSize = 8 }, progress: null, TestContext.Current.CancellationToken).ToList();
            Assert.Equal(images, results.Select(result => result.Image));
            Assert.Equal([0, 33, 1069], results.Index().Where(result => result.Item.Failure is not null).Select(result => result.Index));
            foreach (var (image, result, failure) in results.Where(result => result.Failure is null))
                Assert.Equal(_encoder.Expected(image), result!, (a, b) => Math.Abs(a - b) < 1e-3); // other images are far off
        }
        var different = images.Length - 6;
        Assert.InRange(_encoder.Crops, different, (cached ? 1 : 2) * (different + 2)); // a copy far behind may be encoded again
    }

    private static ImageFile[] WithBad(int count, params int[] bad)
    {
        var images = FeatureExtractorTests.Images(count);
        foreach (var i in bad)
            images[i] = new MemoryImageFile($"bad{i}.jpg", "text"u8.ToArray());
        return images;
    }

    private Extraction Extract(IReadOnlyList<ImageFile> images, UnusableImages unusable, FeatureCache? cache = null) =>
        new FeatureExtractor(_encoder, cache).Extract(
            FeatureKinds.Image, images, unusable, new() { BatchSize = 1 }, progress: null, TestContext.Current.CancellationToken);
}
