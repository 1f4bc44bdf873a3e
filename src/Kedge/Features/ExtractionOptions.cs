using Kedge.Imaging;

namespace Kedge.Features;

/// <summary>Options of feature extraction. Only <see cref="Views"/> affects the features of whole files.</summary>
internal sealed record ExtractionOptions
{
    /// <summary>
    /// The batch size B in crops, at least 1; default 32. With V views, a batch holds B ÷ V images, at least one.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int BatchSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 32;

    /// <summary>Threads that read and decode images, at least 1; default one per processor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int DecodeThreads
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = Environment.ProcessorCount;

    /// <summary>
    /// Receives one sentence for each image that is cut short and is encoded as far as it goes; its features are not
    /// kept in the cache. Default null: such an image cannot be used.
    /// </summary>
    public Action<string>? CutShort { get; init; }

    /// <summary>Random views instead of the centre crop; default null, the centre crop.</summary>
    public ViewSet? Views { get; init; }
}

/// <summary>Several random views (augmented crops) of every image, determined by its content and the seed.</summary>
/// <param name="Count">V, the number of views, at least 1.</param>
/// <param name="Seed">The random seed.</param>
internal sealed record ViewSet(int Count, int Seed)
{
    /// <summary>V, the number of views, at least 1.</summary>
    public int Count { get; } = Count >= 1
        ? Count
        : throw new ArgumentOutOfRangeException(nameof(Count), Count, "There must be at least one view.");

    /// <summary>The augmentation that samples a view.</summary>
    public RandomView Kind { get; init; } = new();
}
