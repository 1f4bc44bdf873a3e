namespace Kedge.Runtime;

/// <summary>
/// Collects garbage between the steps of a long run, so that none is collected within them, where it could spoil one (see <see cref="FreedScalars"/>): a step has changed
/// weights, and cannot be begun anew.
/// </summary>
internal sealed class GarbageBetweenSteps
{
    private const long Enough = 4 << 20; // bytes; decoding makes 9 to 30 MB a step of 96 to 256 images, and the collector begins by itself at some 6 MB or more
    private long _allocated = GC.GetTotalAllocatedBytes();

    /// <summary>Collects, if there is enough to collect.</summary>
    public void Collect()
    {
        var now = GC.GetTotalAllocatedBytes();
        if (now - _allocated < Enough)
            return;
        _allocated = now;
        GC.Collect(1);
        GC.WaitForPendingFinalizers();
    }
}
