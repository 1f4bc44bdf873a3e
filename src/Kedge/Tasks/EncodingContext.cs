using Kedge.Features;
using Kedge.FewShot;

namespace Kedge.Tasks;

/// <summary>The cache, threads, progress and store of encoding and fitting. None of it changes a result.</summary>
public sealed record EncodingContext
{
    /// <summary>Where features are kept between runs; default null, nowhere.</summary>
    public FeatureCache? Cache { get; init; }

    /// <summary>Threads that read and decode beside the encoder, at least 1; default one a processor.</summary>
    public int DecodeThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told while images are encoded; default null.</summary>
    public IProgress<ExtractionProgress>? Encoding { get; init; }

    /// <summary>Told while a method learns; default null.</summary>
    public IProgress<FitProgress>? Fitting { get; init; }

    /// <summary>
    /// Where a method that learns long keeps what it has reached, and goes on from; default null, nowhere.
    /// </summary>
    public IFitStore? FitStore { get; init; }
}
