namespace Kedge.Pretraining;

/// <summary>
/// Collects garbage between the steps of a long run, so that none is collected within them: TorchSharp makes scalars for its calls that nothing holds while libtorch
/// reads them, and a collection just then ends the run with an error of libtorch (see <see cref="Native.Sums"/>).
/// </summary>
internal sealed class GarbageBetweenSteps
{
    private const long Enough = 4 << 20; // bytes; decoding makes 9 to 30 MB a step of 96 to 256 images, and the collector begins by itself at some 6 MB or more
    private long _allocated = GC.GetTotalAllocatedBytes();

    /// <summary>Collects, if there is enough to collect.</summary>
    public void Collect()
    {
        if (GC.GetTotalAllocatedBytes() is var now && now - _allocated < Enough)
            return;
        _allocated = now;
        GC.Collect(1);
        GC.WaitForPendingFinalizers();
    }
}
