using System.Globalization;

namespace Kedge.Text.Cleaning;

/// <summary>
/// What characters decompose to and compose of, and the combining classes of marks: Unicode 15.0, packed by
/// <c>eng/canonical-forms.cs</c>; Hangul's syllables by their arithmetic (The Unicode Standard, section 3.12).
/// </summary>
internal static class CanonicalForms
{
    private const int Syllables = 0xac00, Leads = 0x1100, Vowels = 0x1161, Trails = 0x11a7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28, SyllableCount = LeadCount * VowelCount * TrailCount;

    private static readonly Dictionary<int, int[]> Parts = [];
    private static readonly Dictionary<(int First, int Second), int> Wholes = [];
    private static readonly Dictionary<int, int> Classes = [];

    static CanonicalForms()
    {
        using var table = typeof(CanonicalForms).Assembly.GetManifestResourceStream("canonical-forms.txt")!;
        using var reader = new StreamReader(table);
        while (reader.ReadLine() is { } line) // "composed C5 41 30A", "excluded 958 915 93C", "class 300 E6"
        {
            var fields = line.Split(' ');
            var points = Array.ConvertAll(fields[1..], field => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (fields[0] == "class")
            {
                Classes.Add(points[0], points[1]);
                continue;
            }
            Parts.Add(points[0], points[1..]);
            if (fields[0] == "composed" && points is [var whole, var first, var second])
                Wholes.Add((first, second), whole);
        }
    }

    /// <summary>The canonical combining class of a character: 0 for a starter.</summary>
    internal static int Class(int point) => Classes.GetValueOrDefault(point);

    /// <summary>Appends what a character decomposes to, itself where it does not.</summary>
    internal static void Decompose(int point, List<int> points)
    {
        if (point - Syllables is >= 0 and < SyllableCount and var syllable)
        {
            points.Add(Leads + (syllable / (VowelCount * TrailCount)));
            points.Add(Vowels + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount > 0)
                points.Add(Trails + (syllable % TrailCount));
        }
        else if (Parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, points);
        }
        else
        {
            points.Add(point);
        }
    }

    /// <summary>The one character of two; <see langword="null"/> where there is none.</summary>
    internal static int? Compose(int first, int second)
    {
        if (first - Leads is >= 0 and < LeadCount and var lead && second - Vowels is >= 0 and < VowelCount and var vowel)
            return Syllables + (((lead * VowelCount) + vowel) * TrailCount);
        if (first - Syllables is >= 0 and < SyllableCount and var syllable && syllable % TrailCount == 0
            && second - Trails is > 0 and < TrailCount and var trail)
        {
            return first + trail;
        }
        return Wholes.TryGetValue((first, second), out var whole) ? whole : null;
    }
}
