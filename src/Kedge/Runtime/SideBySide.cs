using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>
/// Work on some threads at once, begun in order, as far as memory allows: one that needs more than is left waits for others to end. Each thread computes with its part of
/// the cores that libtorch uses, so that many small fits keep all cores busy. Threads are made for it and end with it, as tensors' scopes and counts of cores are a thread's.
/// </summary>
internal sealed class SideBySide
{
    private readonly object _gate = new();
    private readonly Queue<(long Bytes, Action Do)> _waiting;
    private long _free;
    private int _running;
    private Exception? _failure;

    private SideBySide(IEnumerable<(long, Action)> work, long free) => (_waiting, _free) = (new(work), free);

    /// <summary>Does it all; on the caller's thread, one after another, where <paramref name="atOnce"/> is 1.</summary>
    /// <param name="work">What to do and how many bytes it takes, as far as is known.</param>
    /// <param name="atOnce">How many at once, at least 1.</param>
    /// <param name="bytes">How many bytes all of them may take together; one alone may take more.</param>
    /// <exception cref="Exception">What the first that fails throws; what runs beside it ends first, and nothing more is begun.</exception>
    internal static void Run(IReadOnlyList<(long Bytes, Action Do)> work, int atOnce, long bytes)
    {
        if (atOnce == 1)
        {
            foreach (var (_, act) in work)
                act();
            return;
        }
        var cores = get_num_threads();
        var all = new SideBySide(work, bytes);
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(atOnce, work.Count)).Select(_ => new Thread(() => all.Work(Math.Max(1, cores / atOnce))))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        set_num_threads(cores); // it is of the process as well as of a thread
        if (all._failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

#pragma warning disable CA1031 // it is thrown again on the caller's thread
    private void Work(int cores)
    {
        set_num_threads(cores);
        while (Next() is var (bytes, act))
        {
            Exception? failure = null;
            try
            {
                act();
            }
            catch (Exception e)
            {
                failure = e;
            }
            lock (_gate)
            {
                _failure ??= failure;
                (_free, _running) = (_free + bytes, _running - 1);
                Monitor.PulseAll(_gate);
            }
        }
    }
#pragma warning restore CA1031

    private (long Bytes, Action Do)? Next()
    {
        lock (_gate)
        {
            while (_failure is null && _waiting.TryPeek(out var next))
            {
                if (next.Bytes <= _free || _running == 0)
                {
                    (_free, _running) = (_free - next.Bytes, _running + 1);
                    return _waiting.Dequeue();
                }
                Monitor.Wait(_gate);
            }
            return null;
        }
    }
}
