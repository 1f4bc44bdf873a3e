namespace Kedge.Fuzzing.Running;

/// <summary>
/// Reads slices in worker processes, one after another; a worker that dies is replaced, and the rest goes on.
/// </summary>
internal sealed class FuzzRun : IDisposable
{
    private WorkerProcess? _worker;

    /// <summary>Processor time after which an input is given up and its process ended.</summary>
    public TimeSpan MostTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Slices of all targets that can run here, as many inputs as their shares are large.</summary>
    /// <param name="targets">The targets.</param>
    /// <param name="inputs">About how many inputs there are to be in all.</param>
    /// <param name="seed">The seed of all.</param>
    /// <param name="most">The most inputs of a slice.</param>
    public static IEnumerable<Slice> Plan(IReadOnlyList<FuzzTarget> targets, int inputs, int seed, int most)
    {
        var present = targets.Where(target => target.Absent is null).ToList();
        var shares = present.Sum(target => (long)target.Share);
        foreach (var target in present)
        {
            var count = (int)Math.Max(1, ((long)inputs * target.Share + shares - 1) / shares);
            for (var from = 0; from < count; from += most)
                yield return new(target.Name, seed, from, Math.Min(count, from + most));
        }
    }

    /// <summary>Reads a slice to its end, whatever happens on the way.</summary>
    public Tally Read(Slice slice)
    {
        var tally = new Tally(slice with { Input = null });
        for (var rest = new Queue<Slice>([slice]); rest.TryDequeue(out var next);)
        {
            _worker ??= new(MostTime);
            var part = _worker.Read(next);
            tally.Add(part);
            if (_worker.IsAlive)
                continue;
            _worker.Dispose();
            _worker = null;
            if (next.Input is not null)
                continue;
            foreach (var half in new[] { next with { To = part.Slice.From }, next with { From = part.Slice.To } })
            {
                if (half.From < half.To)
                    rest.Enqueue(half);
            }
        }
        return tally;
    }

    public void Dispose() => _worker?.Dispose();
}
