namespace Kedge.Text;

/// <summary>Suggestions for a misspelled name, by edit distance.</summary>
internal static class NearestNames
{
    /// <summary>The two known names at the smallest edit distance, in words: "rtos and rtos+".</summary>
    /// <param name="known">At least two names.</param>
    /// <param name="name">The name that was given.</param>
    internal static string Suggest(IEnumerable<string> known, string name) =>
        string.Join(" and ", known.OrderBy(candidate => Distance(candidate, name)).Take(2));

    /// <summary>The Levenshtein distance: insertions, deletions and replacements from one text to the other.</summary>
    internal static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var letter in from)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= to.Length; j++)
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (letter == to[j - 1] ? 0 : 1)), row[j]);
        }
        return row[^1];
    }
}
