namespace Kedge.Features;

/// <summary>The progress of an extraction.</summary>
/// <param name="Done">Images with features.</param>
/// <param name="Total">N, all images.</param>
/// <param name="Encoded">Images among them that were encoded; the others were cached or are duplicates.</param>
/// <param name="ImagesPerSecond">The rate since the first image to encode; 0 while unknown.</param>
/// <param name="Remaining">The estimated remaining time at that rate; null while unknown.</param>
public sealed record ExtractionProgress(int Done, int Total, int Encoded, double ImagesPerSecond, TimeSpan? Remaining);

/// <summary>Measures the rate of an extraction, without the cached images before the first one to encode.</summary>
internal sealed class ExtractionMeter(int total, TimeProvider time, IProgress<ExtractionProgress>? progress)
{
    private long _start = time.GetTimestamp();
    private int _doneAtStart;
    private bool _encoding;

    /// <summary>Called when the first image is about to be encoded.</summary>
    public void EncodingBegins(int done)
    {
        if (!_encoding)
            (_start, _doneAtStart, _encoding) = (time.GetTimestamp(), done, true);
    }

    public void Report(int done, int encoded)
    {
        var elapsed = time.GetElapsedTime(_start).TotalSeconds;
        var rate = elapsed > 0 ? (done - _doneAtStart) / elapsed : 0;
        progress?.Report(new(done, total, encoded, rate, rate > 0 ? TimeSpan.FromSeconds((total - done) / rate) : null));
    }
}
