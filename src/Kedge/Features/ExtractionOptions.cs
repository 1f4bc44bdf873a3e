using Kedge.Imaging;

namespace Kedge.Features;

/// <summary>How features are extracted. None of it changes a feature, <see cref="Views"/> excepted.</summary>
internal sealed record ExtractionOptions
{
    /// <summary>Crops a pass of the encoder, at least 1; default 32. With V views, a batch holds B ÷ V images, at least one.</summary>
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

    /// <summary>Threads that read and decode beside the encoder, at least 1; default one a processor.</summary>
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

    /// <summary>Random views instead of the centre crop; default null, the centre crop.</summary>
    public ViewSet? Views { get; init; }
}

/// <summary>Several random views of every image. The views of an image depend on its content, the seed and nothing else.</summary>
/// <param name="Count">V, how many, at least 1.</param>
/// <param name="Seed">Decides which.</param>
internal sealed record ViewSet(int Count, int Seed)
{
    /// <summary>V, how many, at least 1.</summary>
    public int Count { get; } = Count >= 1 ? Count : throw new ArgumentOutOfRangeException(nameof(Count), Count, "There must be at least one view.");

    /// <summary>How a view is drawn.</summary>
    public RandomView Kind { get; init; } = new();
}
