using Kedge.Features;
using Kedge.FewShot;

namespace Kedge.Tasks;

/// <summary>
/// The cache, threads, progress and store of encoding and fitting. None of it changes a result, but that photos which
/// cannot be read end the run, are left out, or are used as far as they go.
/// </summary>
public sealed record EncodingContext
{
    /// <summary>Where features are kept between runs; default null, nowhere.</summary>
    public FeatureCache? Cache { get; init; }

    /// <summary>Threads that read and decode beside the encoder, at least 1; default one a processor.</summary>
    public int DecodeThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Receives one sentence for each photo that cannot be read and is therefore left out; default null: none is left
    /// out, and the first that cannot be read ends the run with its error. Photos are left out where, of a class in a
    /// part of the data, at most one or under 5 % cannot be read (of photos without classes: of all of them); more are
    /// refused with an error that names them. A draw of the support set takes other photos of the class in their place.
    /// </summary>
    public Action<string>? LeftOut { get; init; }

    /// <summary>
    /// Receives one sentence for each photo that is cut short (a download that ended early) and is used as far as it
    /// goes; default null: such a photo cannot be read. Features of cut photos are not kept in <see cref="Cache"/>.
    /// </summary>
    public Action<string>? CutShort { get; init; }

    /// <summary>Told while images are encoded; default null.</summary>
    public IProgress<ExtractionProgress>? Encoding { get; init; }

    /// <summary>Told while a method learns; default null.</summary>
    public IProgress<FitProgress>? Fitting { get; init; }

    /// <summary>
    /// Where a method that learns long keeps what it has reached, and goes on from; default null, nowhere.
    /// </summary>
    public IFitStore? FitStore { get; init; }
}
