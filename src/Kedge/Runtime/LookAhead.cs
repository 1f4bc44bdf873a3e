namespace Kedge.Runtime;

/// <summary>Prefetching: results computed by worker threads ahead of a consumer that needs them in order.</summary>
internal static class LookAhead
{
    /// <summary>
    /// Maps items to results in parallel, in the order of the items. The number of results not yet consumed is bounded,
    /// and no work goes on after the consumer has stopped early.
    /// </summary>
    /// <param name="items">The items.</param>
    /// <param name="work">The function of an item; called concurrently by several threads; must
    /// not make tensors.</param>
    /// <param name="window">The prefetch depth: items started and not yet consumed, at most.</param>
    /// <param name="threads">The degree of parallelism.</param>
    /// <param name="cancellation">Ends the work between two items, with an exception for the consumer.</param>
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
