using System.Runtime.InteropServices;
using Kedge.Imaging;
using Kedge.Runtime;
using static TorchSharp.torch;

namespace Kedge.Features;

/// <summary>
/// Encodes images in batches into a store, reading and decoding ahead of the encoder. Images of equal content are
/// encoded once, those in the store not at all.
/// </summary>
/// <param name="encoder">The encoder; not owned.</param>
/// <param name="row">The layout of the store's rows.</param>
/// <param name="store">Receives the features.</param>
/// <param name="options">How.</param>
internal sealed class FeatureBatches(IImageEncoder encoder, FeatureRow row, FeatureStore store, ExtractionOptions options)
{
    private const int MostWaiting = 8; // batches: images wait in vain only for duplicates, cached and unusable ones

    private readonly CropLoader _loader = new(encoder.Preprocessing, options.Views, store, options.CutShort is not null);

    /// <summary>Images in a batch.</summary>
    public int Size { get; } = Math.Max(1, options.BatchSize / (options.Views?.Count ?? 1));

    /// <summary>Encodes images.</summary>
    /// <param name="images">The images; the same one may occur more than once.</param>
    /// <param name="unusable">Collects those that cannot be used; once they are too many, nothing more is
    /// encoded.</param>
    /// <param name="meter">Told after every batch, and at the end.</param>
    /// <param name="cancellation">Ends the run between two images.</param>
    /// <returns>The images in their order, some at a time, once each of them is in the store or has failed; without
    /// crops. The store may forget them before the next ones are asked for.</returns>
    public IEnumerable<IReadOnlyList<LoadedImage>> Encode(
        IReadOnlyList<ImageFile> images, UnusableImages unusable, ExtractionMeter meter, CancellationToken cancellation)
    {
        var pending = new OrderedDictionary<string, LoadedImage>();
        var waiting = new List<LoadedImage>();
        var (read, encoded) = (0, 0);
        foreach (var loaded in images.SelectAhead(_loader.Load, 2 * Size, options.DecodeThreads, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            var known = store.Contains(loaded.Content);
            var forgotten = !known && loaded is { Failure: null, Crops: [] }; // by the store, since the file was loaded
            var image = forgotten ? _loader.Load(loaded.File) : loaded;
            if (image.Failure is { } failure)
                unusable.Add(image.File, failure);
            else if (!known && !unusable.TooMany)
            {
                meter.EncodingBegins(read);
                if (pending.TryAdd(image.Content, image) && image.IsCut)
                    options.CutShort!($"'{image.File.Name}' is cut short.");
            }
            waiting.Add(image with { Crops = [] });
            read++;
            if (unusable.TooMany)
                pending.Clear();
            var encodeNow = pending.Count == Size || read == images.Count || waiting.Count >= MostWaiting * Size;
            if (encodeNow)
                encoded += Encode(pending);
            if (encodeNow || (pending.Count == 0 && read % Size == 0))
                meter.Report(read, encoded);
            if (pending.Count > 0 || (waiting.Count < Size && read < images.Count))
                continue;
            yield return waiting;
            waiting = [];
        }
    }

    /// <summary>Encodes the pending images as one batch and adds them to the store.</summary>
    /// <returns>The number of images.</returns>
    private int Encode(OrderedDictionary<string, LoadedImage> pending)
    {
        if (pending.Count == 0)
            return 0;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        RgbImage[] crops = [.. pending.Values.SelectMany(image => image.Crops)];
        var features = row.Encode(encoder.Preprocessing.ToTensor(crops)).to(ScalarType.Float32).cpu().contiguous();
        if (features.shape is not [var count, var width] || count != crops.Length || width != row.Width)
        {
            throw new InvalidOperationException(
                $"The encoder gave [{string.Join(", ", features.shape)}] for {crops.Length} crops; expected [{crops.Length}, " +
                    $"{row.Width}].");
        }
        var values = MemoryMarshal.Cast<byte, float>(features.bytes);
        var rowLength = values.Length / pending.Count;
        foreach (var image in pending.Values)
        {
            var feature = values[..rowLength].ToArray();
            if (!feature.All(float.IsFinite))
            {
                throw new KedgeException($"Cannot extract features: those of '{image.File.Name}' are not finite; " +
                    "the model's weights are damaged, or too large for the device's arithmetic.");
            }
            store.Add(image.Content, feature, keep: !image.IsCut);
            values = values[rowLength..];
        }
        var encoded = pending.Count;
        pending.Clear();
        return encoded;
    }
}
