using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Kedge.Runtime;

/// <summary>
/// Runs jobs on several threads, started in order, within a memory budget: a job that needs more than is left waits for
/// others to end. The cores of libtorch are divided evenly among the threads, so that many small fits use all cores.
/// Threads live for one call, as dispose scopes and libtorch's thread count are local to a thread.
/// </summary>
internal sealed class MemoryBoundedScheduler
{
    private readonly object _gate = new();
    private readonly Queue<(long Bytes, Action Do)> _waiting;
    private long _free;
    private int _running;
    private Exception? _failure;

    private MemoryBoundedScheduler(IEnumerable<(long, Action)> work, long free) => (_waiting, _free) = (new(work), free);

    /// <summary>
    /// Runs all jobs; on the caller's thread, one after another, where <paramref name="parallelism"/> is 1.
    /// </summary>
    /// <param name="work">The jobs with their estimated memory in bytes.</param>
    /// <param name="parallelism">The number of concurrent jobs, at least 1.</param>
    /// <param name="bytes">The memory budget of all concurrent jobs in bytes; a job that runs
    /// alone may exceed it.</param>
    /// <exception cref="Exception">
    /// That of the first job that fails, after the running jobs have ended; no further job is started.
    /// </exception>
    internal static void Run(IReadOnlyList<(long Bytes, Action Do)> work, int parallelism, long bytes)
    {
        if (parallelism == 1)
        {
            foreach (var (_, act) in work)
                act();
            return;
        }
        var cores = get_num_threads();
        var all = new MemoryBoundedScheduler(work, bytes);
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(parallelism, work.Count))
            .Select(_ => new Thread(() => all.Work(Math.Max(1, cores / parallelism))))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        set_num_threads(cores); // the setting belongs to the process as well as to a thread
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
