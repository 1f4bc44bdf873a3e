using Kedge.Data.Captions;
using Kedge.Imaging;
using Kedge.Runtime;

namespace Kedge.Training.Objectives;

/// <summary>A batch of pairs: B crops, and B + M captions, the last M of which are further negatives.</summary>
internal sealed record PairBatch(IReadOnlyList<RgbImage> Crops, IReadOnlyList<string> Captions);

/// <summary>Samples, decodes and augments the batches of a run, prefetched.</summary>
internal sealed class PairBatches(IReadOnlyList<CaptionedImage> pairs, Preprocessing preprocessing, PretrainingOptions options)
{
    private const int PrefetchDepth = 2;
    private readonly PairSampler _sampler =
        new([.. pairs.Select(pair => pair.Group)], options.BatchSize, options.Seed, options.NegativeCaptions);
    private readonly RandomView _view = new() { MinArea = options.MinimumCropArea, FlipProbability = options.FlipProbability };
    private readonly ColourJitter _jitter = new() { Strength = options.ColourJitter };

    /// <summary>
    /// The batches of the steps from <paramref name="first"/> on, in order: as many per step as gradients are
    /// accumulated over; the next ones are prefetched.
    /// </summary>
    /// <exception cref="KedgeException">An image cannot be read or decoded.</exception>
    public IEnumerable<PairBatch[]> From(int first)
    {
        var accumulated = options.AccumulationSteps;
        int[] draws = [.. Enumerable.Range(first * accumulated, (options.Steps - first) * accumulated)];
        return draws.SelectAhead(Draw, window: PrefetchDepth, threads: PrefetchDepth, CancellationToken.None).Chunk(accumulated);
    }

    private PairBatch Draw(int draw)
    {
        var (indices, further, random) = _sampler.At(draw);
        var crops = new RgbImage[indices.Length];
        var captions = new string[indices.Length + further.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            var pair = pairs[indices[i]];
            using (var image = ImageDecoder.Open(pair.Image.ReadAllBytes(), pair.Image.Name, preprocessing.Decoding))
                crops[i] = _view.Sample(image.Colours, preprocessing, random);
            _jitter.Apply(crops[i], random);
            captions[i] = Caption(pair, random);
        }
        for (var i = 0; i < further.Length; i++)
            captions[indices.Length + i] = Caption(pairs[further[i]], random);
        return new PairBatch(crops, captions);
    }

    private static string Caption(CaptionedImage pair, Random random) => pair.Captions[random.Next(pair.Captions.Count)];
}
