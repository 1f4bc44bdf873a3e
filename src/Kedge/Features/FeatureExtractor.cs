using System.Runtime.InteropServices;
using Kedge.Imaging;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>The features of images that could be used.</summary>
/// <param name="Features">[M, …], or [V, M, …] with views: new tensors on the CPU, F32, owned by the caller.</param>
/// <param name="Images">M images, in the order in which they were given.</param>
/// <param name="Contents">The hexadecimal SHA-256 of each file.</param>
internal sealed record Extraction(ImageFeatures Features, IReadOnlyList<ImageFile> Images, IReadOnlyList<string> Contents);

/// <summary>
/// Extracts features of images: several threads read and decode files ahead of the encoder, which runs on the caller's
/// thread. Images of equal content are encoded once, cached ones not at all. The result does not depend
/// on the number of threads.
/// </summary>
/// <param name="encoder">The encoder; not owned.</param>
/// <param name="cache">The persistent cache; null for none.</param>
/// <param name="time">The clock for the rate; null for the system's.</param>
internal sealed class FeatureExtractor(IImageEncoder encoder, FeatureCache? cache = null, TimeProvider? time = null)
{
    /// <summary>Rows that are copied at a time: a span holds at most 2 GiB.</summary>
    private const int FillRows = 1 << 14;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Dictionary<(string, ViewSet?), FeatureStore> _stores = []; // of earlier calls

    /// <summary>Extracts the features of images, in the order of the images.</summary>
    /// <param name="images">N images; the same one may occur more than once.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <param name="progress">Reports after every batch, and at the end.</param>
    /// <param name="cancellation">Ends the run between two images; what was encoded stays in the cache.</param>
    /// <returns>A new CPU tensor of unit rows, F32, owned by the caller: [N, D], or [V, N, D] with
    /// <see cref="ExtractionOptions.Views"/>.</returns>
    /// <exception cref="KedgeException">An image cannot be read or decoded, or the features are not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public Tensor Extract(
        IReadOnlyList<ImageFile> images,
        ExtractionOptions? options = null,
        IProgress<ExtractionProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Extract(FeatureKinds.Image, images, UnusableImages.Refused, options, progress, cancellation).Features.Image;

    /// <summary>
    /// As the other, for features of any kinds, of the images that can be used. Images that are encoded in a later
    /// call again are not encoded twice.
    /// </summary>
    /// <exception cref="KedgeException">More images cannot be used than are left out: nothing is encoded after the
    /// one too many, but all files are checked. Or the features are not finite.</exception>
    internal Extraction Extract(
        FeatureKinds kinds, IReadOnlyList<ImageFile> images, UnusableImages unusable, ExtractionOptions? options,
        IProgress<ExtractionProgress>? progress, CancellationToken cancellation)
    {
        options ??= new();
        var row = new FeatureRow(encoder, kinds);
        var store = Open(row, options.Views);
        var usable = new List<LoadedImage>(images.Count);
        try
        {
            usable.AddRange(new FeatureBatches(encoder, row, store, options)
                .Encode(images, unusable, new(images.Count, _time, progress), cancellation)
                .SelectMany(some => some).Where(image => image.Failure is null));
        }
        finally
        {
            store.Write();
        }
        if (unusable.TooMany || (usable.Count == 0 && images.Count > 0))
            throw unusable.Refusal(images.Count);
        unusable.Tell();
        string[] contents = [.. usable.Select(image => image.Content)];
        using var scope = NewDisposeScope();
        var features = row.Unpack(Gather(store, row.Width, contents, options.Views)); // new tensors of the scope
        return new(features.Each(tensor => tensor.MoveToOuterDisposeScope()), [.. usable.Select(image => image.File)], contents);
    }

    /// <summary>Extracts features batch by batch, in bounded memory.</summary>
    /// <param name="kinds">The kinds of features.</param>
    /// <param name="images">N images.</param>
    /// <param name="use">The results of the features of a batch, one for each image.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Reports after every batch, and at the end.</param>
    /// <param name="cancellation">Ends the run between two images.</param>
    /// <returns>For each image, in their order, its result or the error that prevented it.</returns>
    internal IEnumerable<(ImageFile Image, T? Result, KedgeException? Failure)> ExtractEach<T>(
        FeatureKinds kinds, IReadOnlyList<ImageFile> images, Func<ImageFeatures, IReadOnlyList<T>> use, ExtractionOptions options,
        IProgress<ExtractionProgress>? progress, CancellationToken cancellation)
        where T : class
    {
        var row = new FeatureRow(encoder, kinds);
        var store = Open(row, options.Views);
        var batches = new FeatureBatches(encoder, row, store, options);
        var unusable = new UnusableImages(_ => { }, images.Select(image => (IReadOnlyList<ImageFile>)[image])); // each alone is spared
        try
        {
            foreach (var batch in batches.Encode(images, unusable, new(images.Count, _time, progress), cancellation))
            {
                var results = Use([.. batch.Where(image => image.Failure is null).Select(image => image.Content)]);
                store.Trim();
                var next = 0;
                foreach (var image in batch)
                    yield return (image.File, image.Failure is null ? results[next++] : null, image.Failure);
            }
        }
        finally
        {
            store.Write();
        }

        IReadOnlyList<T> Use(string[] contents)
        {
            if (contents.Length == 0)
                return [];
            using var scope = NewDisposeScope();
            return use(row.Unpack(Gather(store, row.Width, contents, options.Views)));
        }
    }

    private FeatureStore Open(FeatureRow row, ViewSet? views)
    {
        if (!_stores.TryGetValue((row.Fingerprint, views), out var store))
        {
            store = cache?.Open(encoder, row, views) ?? FeatureStore.InMemory();
            _stores[(row.Fingerprint, views)] = store;
        }
        return store;
    }

    /// <summary>Rows in the order of the images, as [N, D] or [V, N, D].</summary>
    private static Tensor Gather(FeatureStore store, int width, string[] contents, ViewSet? views)
    {
        var count = views?.Count ?? 1;
        var features = empty([count, contents.Length, width], ScalarType.Float32, CPU);
        for (var v = 0; v < count; v++)
        {
            for (var start = 0; start < contents.Length; start += FillRows)
            {
                var rows = Math.Min(FillRows, contents.Length - start);
                using var view = features.select(0, v);
                using var part = view.narrow(0, start, rows);
                var values = MemoryMarshal.Cast<byte, float>(part.bytes);
                for (var i = 0; i < rows; i++)
                    store[contents[start + i]].AsSpan(v * width, width).CopyTo(values[(i * width)..]);
            }
        }
        if (views is not null)
            return features;
        using (features)
            return features.squeeze(0);
    }
}
