namespace Kedge.Runtime;

/// <summary>Work done by other threads ahead of a reader that needs it in order.</summary>
internal static class LookAhead
{
    /// <summary>The results in the order of the items. Unread ones are bounded, and nothing runs on when the reader stops early.</summary>
    /// <param name="items">What to work on.</param>
    /// <param name="work">Called by several threads at once; must not hold tensors.</param>
    /// <param name="window">How many items may be begun before the first of them is read.</param>
    /// <param name="threads">How many are worked on at the same time.</param>
    /// <param name="cancellation">Ends the work between two items, with an exception for the reader.</param>
    public static IEnumerable<TResult> SelectAhead<T, TResult>(
        this IReadOnlyList<T> items, Func<T, TResult> work, int window, int threads, CancellationToken cancellation)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var factory = new TaskFactory(abandoned.Token, TaskCreationOptions.None, TaskContinuationOptions.None,
            new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, threads).ConcurrentScheduler);
        var begun = new Queue<Task<TResult>>();
        try
        {
            for (var next = 0; next < items.Count || begun.Count > 0;)
            {
                for (; next < items.Count && begun.Count < window; next++)
                {
                    var item = items[next];
                    begun.Enqueue(factory.StartNew(() => work(item)));
                }
                yield return begun.Dequeue().GetAwaiter().GetResult();
            }
        }
        finally
        {
            abandoned.Cancel();
            ((Task)Task.WhenAll(begun)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
    }
}
