using System.Runtime.InteropServices;
using Kedge.Imaging;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Features;

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
    private const int NamedFailures = 5;

    /// <summary>Rows that are copied at a time: a span holds at most 2 GiB.</summary>
    private const int FillRows = 1 << 14;

    private readonly Preprocessing _preprocessing = encoder.Preprocessing;
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Extracts the features of images, in the order of the images.</summary>
    /// <param name="images">N images; the same one may occur more than once.</param>
    /// <param name="options">How; null is the defaults.</param>
    /// <param name="progress">Reports after every batch, and at the end.</param>
    /// <param name="cancellation">Ends the run between two images; what was encoded stays in the cache.</param>
    /// <returns>A new CPU tensor of unit rows, F32, owned by the caller: [N, D], or [V, N, D] with
    /// <see cref="ExtractionOptions.Views"/>.</returns>
    /// <exception cref="KedgeException">
    /// Images cannot be read or decoded (the message counts them and gives the errors of the first five;
    /// nothing is encoded after the first one, but all files are checked), the features are not finite, or
    /// the cache cannot be written.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public Tensor Extract(
        IReadOnlyList<ImageFile> images,
        ExtractionOptions? options = null,
        IProgress<ExtractionProgress>? progress = null,
        CancellationToken cancellation = default) =>
        ExtractWithContents(FeatureKinds.Image, images, options, progress, cancellation).Features.Image;

    /// <summary>
    /// As <see cref="Extract"/>, for features of any kinds, and with the content hash (hexadecimal SHA-256) of each
    /// image file, the cache's key.
    /// </summary>
    internal (ImageFeatures Features, IReadOnlyList<string> Contents) ExtractWithContents(
        FeatureKinds kinds, IReadOnlyList<ImageFile> images, ExtractionOptions? options, IProgress<ExtractionProgress>? progress,
        CancellationToken cancellation)
    {
        options ??= new();
        var row = new FeatureRow(encoder, kinds);
        var store = cache?.Open(encoder, row, options.Views, _time) ?? FeatureStore.InMemory();
        string[] contents;
        try
        {
            contents = Fill(store, row, images, options, new(images.Count, _time, progress), cancellation);
        }
        finally
        {
            store.Write();
        }
        using var scope = NewDisposeScope();
        var features = row.Unpack(Gather(store, row.Width, contents, options.Views)); // new tensors of the scope
        return (features.Each(tensor => tensor.MoveToOuterDisposeScope()), contents);
    }

    /// <summary>Adds the features of all images to the store.</summary>
    /// <returns>The content hash of each image.</returns>
    private string[] Fill(
        FeatureStore store,
        FeatureRow row,
        IReadOnlyList<ImageFile> images,
        ExtractionOptions options,
        ExtractionMeter meter,
        CancellationToken cancellation)
    {
        var batchImages = Math.Max(1, options.BatchSize / (options.Views?.Count ?? 1));
        var pending = new OrderedDictionary<string, LoadedImage>();
        var contents = new List<string>(images.Count);
        var failures = new List<KedgeException>();
        var encoded = 0;
        var loader = new CropLoader(_preprocessing, options.Views, store);
        foreach (var image in images.SelectAhead(loader.Load, 2 * batchImages, options.DecodeThreads, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            contents.Add(image.Content);
            if (image.Failure is { } failure)
                failures.Add(failure);
            if (failures.Count > 0)
                continue;
            if (!store.Contains(image.Content))
            {
                meter.EncodingBegins(contents.Count - 1);
                pending.TryAdd(image.Content, image);
            }
            var encodeNow = pending.Count == batchImages || contents.Count == images.Count;
            if (encodeNow)
                encoded += Encode(pending, row, store);
            if (encodeNow || (pending.Count == 0 && contents.Count % batchImages == 0))
                meter.Report(contents.Count, encoded);
        }
        if (failures.Count > 0)
            throw Unusable(failures, images.Count);
        return [.. contents];
    }

    /// <summary>Encodes the pending images as one batch and adds them to the store.</summary>
    /// <returns>The number of images.</returns>
    private int Encode(OrderedDictionary<string, LoadedImage> pending, FeatureRow layout, FeatureStore store)
    {
        if (pending.Count == 0)
            return 0;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        RgbImage[] crops = [.. pending.Values.SelectMany(image => image.Crops)];
        var features = layout.Encode(_preprocessing.ToTensor(crops)).to(ScalarType.Float32).cpu().contiguous();
        if (features.shape is not [var count, var width] || count != crops.Length || width != layout.Width)
        {
            throw new InvalidOperationException(
                $"The encoder gave [{string.Join(", ", features.shape)}] for {crops.Length} crops; expected [{crops.Length}, " +
                    $"{layout.Width}].");
        }
        var values = MemoryMarshal.Cast<byte, float>(features.bytes);
        var rowLength = values.Length / pending.Count;
        foreach (var image in pending.Values)
        {
            var row = values[..rowLength].ToArray();
            if (!row.All(float.IsFinite))
            {
                throw new KedgeException($"Cannot extract features: those of '{image.Name}' are not finite; " +
                    "the model's weights are damaged, or too large for the device's arithmetic.");
            }
            store.Add(image.Content, row);
            values = values[rowLength..];
        }
        var encoded = pending.Count;
        pending.Clear();
        return encoded;
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

    private static KedgeException Unusable(List<KedgeException> failures, int total)
    {
        var named = string.Join(" ", failures.Take(NamedFailures).Select(failure => failure.Message));
        var more = failures.Count > NamedFailures ? $" (And {failures.Count - NamedFailures} more.)" : "";
        return new($"Cannot extract features: {failures.Count} of {total} images cannot be used; repair or remove them. {named}{more}",
            failures[0]);
    }
}
