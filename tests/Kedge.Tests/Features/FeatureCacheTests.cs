using Kedge.Features;
using Kedge.Imaging;
using Kedge.Tensors;
using Kedge.Tests.Support;

namespace Kedge.Tests.Features;

public sealed class FeatureCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private readonly ImageFile[] _images = FeatureExtractorTests.Images(7);

    public static TheoryData<string> Changes => ["fingerprint", "resolution", "mean", "alpha", "kernel", "views", "seed", "view kind"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_second_run_encodes_nothing_and_gives_the_same()
    {
        var (first, second) = (new FakeImageEncoder(), new FakeImageEncoder());
        Assert.Equal(Run(first, _images), Run(second, _images));
        Assert.Equal((7, 0), (first.Crops, second.Crops));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Only_new_contents_are_encoded_whatever_the_order()
    {
        Run(new(), _images[..3]);
        var encoder = new FakeImageEncoder();
        Assert.Equal(Run(new(), [.. _images.Reverse()], cached: false), Run(encoder, [.. _images.Reverse()]));
        Assert.Equal(4, encoder.Crops);
    }

    [Theory, MemberData(nameof(Changes))]
    public void Whatever_changes_features_leaves_the_cache_unused(string change)
    {
        var options = new ExtractionOptions { Views = new(2, Seed: 1) };
        Run(new(), _images, options);
        var encoder = new FakeImageEncoder();
        var preprocessing = encoder.Preprocessing;
        (encoder, options) = change switch
        {
            "fingerprint" => (new FakeImageEncoder { Fingerprint = "other" }, options),
            "resolution" => (new FakeImageEncoder { Preprocessing = preprocessing with { Resolution = 9 } }, options),
            "mean" => (new FakeImageEncoder { Preprocessing = preprocessing with { Mean = preprocessing.Mean with { Blue = 0.4083f } } },
                options),
            "alpha" =>
                (new FakeImageEncoder { Preprocessing = preprocessing with { Decoding = new() { Alpha = AlphaRule.Drop } } }, options),
            "kernel" => (new FakeImageEncoder { Preprocessing = preprocessing with { Kernel = ResampleKernel.Bilinear } }, options),
            "views" => (encoder, new ExtractionOptions { Views = new(3, Seed: 1) }),
            "seed" => (encoder, new ExtractionOptions { Views = new(2, Seed: 2) }),
            _ => (encoder, new ExtractionOptions { Views = new(2, Seed: 1) { Kind = new() { MinArea = 0.5 } } }),
        };
        var uncached = new FakeImageEncoder { Fingerprint = encoder.Fingerprint, Preprocessing = encoder.Preprocessing };
        Assert.Equal(Run(uncached, _images, options, cached: false), Run(encoder, _images, options));
        Assert.Equal(7 * options.Views!.Count, encoder.Crops);
        Assert.Equal(2, Directory.GetDirectories(_folder.Path).Length);
    }

    [Theory]
    [InlineData(0.3, null)]
    [InlineData(0.95, null)]
    [InlineData(0.0, null)]
    [InlineData(null, -1)] // in the features or the contents: they are last
    [InlineData(null, -150)]
    [InlineData(null, 3)] // in the header's length
    public void A_damaged_block_is_removed_and_not_believed(double? keptShare, int? flipped)
    {
        var expected = Run(new(), _images);
        var block = Assert.Single(Blocks());
        var bytes = File.ReadAllBytes(block);
        if (keptShare is { } share)
            bytes = bytes[..(int)(bytes.Length * share)];
        if (flipped is { } at)
            bytes[at < 0 ? bytes.Length + at : at] ^= 0x10;
        File.WriteAllBytes(block, bytes);

        var encoder = new FakeImageEncoder();
        Assert.Equal(expected, Run(encoder, _images));
        Assert.Equal(7, encoder.Crops);
        Assert.StartsWith($"The feature cache's block '{block}' is damaged and is removed; its images are encoded again: ",
            Assert.Single(_warnings));
        Assert.Equal(expected, Run(encoder = new(), _images));
        Assert.Equal(0, encoder.Crops);
    }

    [Fact]
    public void A_block_of_another_model_is_not_believed_where_it_does_not_belong()
    {
        Run(new() { Fingerprint = "other" }, _images);
        var foreign = Assert.Single(Blocks());
        Run(new(), _images[..1]);
        var own = Blocks().Single(path => path != foreign);
        var moved = Path.Combine(Path.GetDirectoryName(own)!, "moved.safetensors");
        File.Move(foreign, moved);

        var encoder = new FakeImageEncoder();
        Run(encoder, _images);
        Assert.Equal(6, encoder.Crops);
        Assert.Equal($"The feature cache's block '{moved}' is not used: " +
            "it was written for another model, preprocessing, choice of views or version.", Assert.Single(_warnings));
        Assert.True(File.Exists(moved));
    }

    [Fact]
    public void A_cancelled_run_goes_on_where_it_was()
    {
        using var cancellation = new CancellationTokenSource();
        var encoder = new FakeImageEncoder();
        encoder.BeforeBatch = () =>
        {
            if (encoder.Crops == 4)
                cancellation.Cancel();
        };
        Assert.ThrowsAny<OperationCanceledException>(() => Run(encoder, _images, new() { BatchSize = 2 }, cancelled: cancellation));
        Assert.Equal(6, encoder.Crops);

        var second = new FakeImageEncoder();
        Assert.Equal(Run(new(), _images, cached: false), Run(second, _images));
        Assert.Equal(1, second.Crops);
    }

    [Fact]
    public void A_run_that_fails_keeps_what_it_has_encoded()
    {
        var encoder = new FakeImageEncoder();
        Run(encoder, _images[..2]);
        var broken = new BrokenFile();
        Assert.Throws<KedgeException>(() => Run(encoder, [.. _images, broken], new() { BatchSize = 1 }));
        Run(encoder, _images);
        Assert.Equal(7, encoder.Crops);
    }

    [Fact]
    public void Long_runs_write_blocks_as_they_go()
    {
        var images = FeatureExtractorTests.Images(FeatureStore.RowsPerFile + 3);
        var blocks = new List<int>();
        var encoder = new FakeImageEncoder();
        encoder.BeforeBatch = () => blocks.Add(Blocks().Length);
        Run(encoder, images, new() { BatchSize = 64 });
        Assert.Equal((0, 1), (blocks[^2], blocks[^1]));
        Assert.Equal(2, Blocks().Length);
        Run(encoder = new(), images);
        Assert.Equal(0, encoder.Crops);
    }

    [Fact]
    public void What_killed_writers_left_is_removed_and_what_is_being_written_is_not()
    {
        Run(new(), _images);
        var block = Assert.Single(Blocks());
        File.WriteAllText($"{block}.abcdefgh.ijk.tmp", "half a block");
        using var writing = TemporaryFile.Create(block);
        Run(new(), _images);
        Assert.Equal(new[] { block, writing.Name }.Order(), Directory.GetFiles(Path.GetDirectoryName(block)!).Order());
    }

    [Fact]
    public void A_block_that_cannot_be_read_is_kept()
    {
        var expected = Run(new(), _images);
        var block = Assert.Single(Blocks());
        var encoder = new FakeImageEncoder();
        using (new FileStream(block, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Equal(expected, Run(encoder, _images));
        Assert.Equal(7, encoder.Crops);
        Assert.StartsWith($"The feature cache's block '{block}' is not used: The checkpoint '{block}' cannot be read: ", _warnings[0]);
        _warnings.Clear();
        Assert.Equal(expected, Run(encoder = new(), _images));
        Assert.Equal(0, encoder.Crops);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_told_once_and_done_without()
    {
        File.WriteAllText(_folder["file"], "");
        var encoder = new FakeImageEncoder();
        var images = FeatureExtractorTests.Images(FeatureStore.RowsPerFile + 3);
        using var features = new FeatureExtractor(encoder, new(_folder["file/cache"], _warnings.Add))
            .Extract(images, null, null, TestContext.Current.CancellationToken);
        Assert.Equal((images.Length, images.Length), ((int)features.shape[0], encoder.Crops));
        Assert.StartsWith("Features are not kept between runs: The feature cache's folder '", Assert.Single(_warnings));
    }

    private string[] Blocks() => Directory.GetFiles(_folder.Path, "*.safetensors", SearchOption.AllDirectories);

    private float[] Run(
        FakeImageEncoder encoder, ImageFile[] images, ExtractionOptions? options = null,
        bool cached = true, CancellationTokenSource? cancelled = null)
    {
        using var features = new FeatureExtractor(encoder, cached ? new(_folder.Path, _warnings.Add) : null)
            .Extract(images, options, null, cancelled?.Token ?? TestContext.Current.CancellationToken);
        return features.data<float>().ToArray();
    }

    private sealed class BrokenFile : ImageFile
    {
        public override string Name => "broken";

        public override byte[] ReadAllBytes() => throw new KedgeException("Cannot read the image 'broken'.");
    }
}
