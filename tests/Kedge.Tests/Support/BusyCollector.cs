namespace Kedge.Tests.Support;

/// <summary>
/// Collects garbage without pause until it is disposed. Its tests run alone, as the collections would spoil what
/// others compute meanwhile.
/// </summary>
[CollectionDefinition(nameof(BusyCollector), DisableParallelization = true)]
public sealed class BusyCollector : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _done;

    public BusyCollector()
    {
        _thread = new Thread(Collect);
        _thread.Start();
    }

    public void Dispose()
    {
        _done = true;
        _thread.Join();
    }

    private void Collect()
    {
        while (!_done)
        {
            GC.Collect(0);
            GC.WaitForPendingFinalizers();
        }
    }
}
