namespace Kedge.Runtime;

/// <summary>
/// Memory that several threads share: one that asks for more than is left waits until others give theirs back. One
/// alone may exceed the budget. Thread-safe.
/// </summary>
internal sealed class MemoryBudget
{
    private readonly object _gate = new();
    private readonly long _all;
    private long _free;

    /// <summary>A budget of which nothing is taken.</summary>
    public MemoryBudget(long bytes) => _free = _all = bytes;

    /// <summary>Takes memory; disposing the result gives it back.</summary>
    /// <param name="wanted">An estimate in bytes.</param>
    public IDisposable Take(long wanted)
    {
        lock (_gate)
        {
            while (wanted > _free && _free < _all)
                Monitor.Wait(_gate);
            _free -= wanted;
        }
        return new Share(this, wanted);
    }

    private void GiveBack(long taken)
    {
        lock (_gate)
        {
            _free += taken;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Share(MemoryBudget budget, long taken) : IDisposable
    {
        private MemoryBudget? _budget = budget;

        public void Dispose() => Interlocked.Exchange(ref _budget, null)?.GiveBack(taken);
    }
}
