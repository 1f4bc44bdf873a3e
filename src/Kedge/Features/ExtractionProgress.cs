namespace Kedge.Features;

/// <summary>How far an extraction has come.</summary>
/// <param name="Done">Images whose features are there.</param>
/// <param name="Total">N, all images.</param>
/// <param name="Encoded">How many of the done ones went through the encoder; the others came from the cache or have the content of another.</param>
/// <param name="ImagesPerSecond">The rate since the first image that had to be encoded; 0 before anything is known.</param>
/// <param name="Remaining">What is left at that rate; null before anything is known.</param>
public sealed record ExtractionProgress(int Done, int Total, int Encoded, double ImagesPerSecond, TimeSpan? Remaining);

/// <summary>Measures the rate of an extraction. What comes from the cache before the first image to encode says nothing about the rest.</summary>
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
