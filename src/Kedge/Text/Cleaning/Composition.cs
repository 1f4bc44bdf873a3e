using System.Text;

namespace Kedge.Text.Cleaning;

/// <summary>
/// Unicode's canonical composition (NFC, Unicode Standard Annex 15), as folder names from macOS need it.
/// <see cref="string.Normalize()"/> does nothing where .NET runs without ICU, so that token ids would depend on the
/// machine.
/// </summary>
internal static class Composition
{
    private const char FirstThatChanges = '\u0300';

    internal static string Compose(string text)
    {
        if (text.All(c => c < FirstThatChanges))
            return text;
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) // half of a surrogate pair is U+FFFD
            CanonicalForms.Decompose(rune.Value, points);
        OrderMarks(points);
        var composed = new StringBuilder(text.Length);
        foreach (var point in points.Take(ComposeInPlace(points)))
            composed.Append(new Rune(point).ToString());
        return composed.ToString();
    }

    /// <summary>Sorts the marks between two starters by their class, those of one class as they were.</summary>
    private static void OrderMarks(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && CanonicalForms.Class(points[end]) > 0)
                end++;
            if (end - start > 1)
            {
                var sorted = points[start..end].OrderBy(CanonicalForms.Class).ToArray();
                for (var i = 0; i < sorted.Length; i++)
                    points[start + i] = sorted[i];
            }
            start = end;
        }
    }

    /// <summary>Composes each starter with what follows it and is not blocked.</summary>
    /// <returns>How many characters are left, at the beginning of the list.</returns>
    private static int ComposeInPlace(List<int> points)
    {
        const int adjacent = -1;
        var (kept, starter, last) = (0, -1, adjacent);
        foreach (var point in points.ToArray())
        {
            var mark = CanonicalForms.Class(point);
            if (starter >= 0 && last < mark && CanonicalForms.Compose(points[starter], point) is { } one)
            {
                points[starter] = one;
                continue;
            }
            (starter, last) = mark == 0 ? (kept, adjacent) : (starter, mark);
            points[kept++] = point;
        }
        return kept;
    }
}
