namespace Kedge.Text;

/// <summary>
/// The tokens of one pre-token while their pairs merge: a list whose items are linked over gaps, and a queue of places
/// by the rank of the pair there. n tokens take n log n steps.
/// </summary>
internal sealed class PairMerging
{
    private const int None = -1;

    private readonly int[] _tokens; // None where the token before took it in
    private readonly int[] _next;
    private readonly int[] _previous;
    private readonly IReadOnlyDictionary<(int Left, int Right), (int Rank, int Merged)> _merges;
    private readonly PriorityQueue<int, (int Rank, int Place)> _queue = new();

    /// <summary>Begins with the tokens of single bytes.</summary>
    /// <param name="tokens">At least one token; changed by <see cref="Run"/>.</param>
    /// <param name="merges">Rank and result of each pair that merges; no two have one rank.</param>
    public PairMerging(int[] tokens, IReadOnlyDictionary<(int Left, int Right), (int Rank, int Merged)> merges)
    {
        (_tokens, _merges) = (tokens, merges);
        _next = [.. Enumerable.Range(1, tokens.Length - 1), None];
        _previous = [.. Enumerable.Range(None, tokens.Length)];
        for (var place = 0; place < tokens.Length; place++)
            Enqueue(place);
    }

    /// <summary>Merges all occurrences of the pair of lowest rank, from the left, until no pair merges.</summary>
    /// <returns>The tokens that are left.</returns>
    public IEnumerable<int> Run()
    {
        var merged = new List<int>();
        while (_queue.TryPeek(out _, out var lowest))
        {
            while (_queue.TryPeek(out var place, out var at) && at.Rank == lowest.Rank)
            {
                _queue.Dequeue();
                if (Pair(place) is { } pair && pair.Rank == lowest.Rank) // not yet merged with a neighbour
                {
                    Merge(place, pair.Merged);
                    merged.Add(place);
                }
            }
            foreach (var place in merged)
            {
                Enqueue(_previous[place]);
                Enqueue(place);
            }
            merged.Clear();
        }
        return _tokens.Where(token => token != None);
    }

    private void Merge(int place, int token)
    {
        var taken = _next[place];
        _tokens[place] = token;
        _tokens[taken] = None;
        _next[place] = _next[taken];
        if (_next[place] != None)
            _previous[_next[place]] = place;
    }

    private void Enqueue(int place)
    {
        if (Pair(place) is { } pair)
            _queue.Enqueue(place, (pair.Rank, place));
    }

    private (int Rank, int Merged)? Pair(int place) =>
        place != None && _tokens[place] != None && _next[place] != None
            && _merges.TryGetValue((_tokens[place], _tokens[_next[place]]), out var pair) ? pair : null;
}
