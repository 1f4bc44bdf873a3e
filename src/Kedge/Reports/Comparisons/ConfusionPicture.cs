using Kedge.Evaluation;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Comparisons;

/// <summary>
/// What was taken for what, as a map of shares that can be read up to 100 classes: a row a class, darker where more of the row's images went to the column's
/// class; below it the most frequent mistakes in words.
/// </summary>
internal static class ConfusionPicture
{
    private const int MostMistakes = 10, MostCounted = 20, LongestLabel = 18;
    private const double Side = 640, LeastCell = 8, LargestCell = 40, LargestFont = 13;
    private const double LetterWidth = 0.58, Gap = 6; // of the font's size; between a label and the map

    internal static Html Of(Confusion confusion, IReadOnlyList<string> classNames)
    {
        var classes = confusion.ClassCount;
        var cell = Math.Clamp(Side / classes, LeastCell, LargestCell);
        var font = Math.Min(LargestFont, 0.9 * cell);
        string[] labels = [.. classNames.Select(Short)];
        var margin = Gap + (labels.Max(label => label.Length) * LetterWidth * font);
        var side = margin + (classes * cell);
        return Html.Of($"""
            <figure class="confusion"><svg viewBox="0 0 {side:0.#} {side:0.#}" style="width:{side:0}px" font-size="{font:0.##}" role="img" aria-label="Map of what was taken for what">
            <g transform="translate({margin:0.##} {margin:0.##})">
            <rect class="map" width="{classes * cell:0.##}" height="{classes * cell:0.##}" />
            {confusion.Cells().Select(counted => Cell(confusion, counted, classNames, cell))}
            {labels.Select((label, c) => Labels(label, (c + 0.5) * cell))}
            </g></svg>
            <figcaption>A row holds the images of one class, a column those that were taken for one: <span class="right">right</span> on the diagonal, <span class="wrong">wrong</span> elsewhere; the fuller the colour, the more of the row’s images.</figcaption></figure>
            {Mistakes(confusion, classNames)}
            """);
    }

    private static Html Cell(Confusion confusion, Mistake counted, IReadOnlyList<string> classNames, double cell)
    {
        var (shown, chosen, count) = counted;
        var fullness = Math.Sqrt(confusion.Share(shown, chosen)); // so that a few mistakes among many can be seen too
        var number = confusion.ClassCount > MostCounted ? null
            : Html.Of($"""<text x="{(chosen + 0.5) * cell:0.##}" y="{(shown + 0.5) * cell:0.##}" class="{(fullness > 0.7 ? "count full" : "count")}">{count}</text>""");
        return Html.Of($"""
            <rect class="{(shown == chosen ? "right" : "wrong")}" x="{chosen * cell:0.##}" y="{shown * cell:0.##}" width="{cell:0.##}" height="{cell:0.##}" fill-opacity="{fullness:0.###}"><title>{Words(confusion, counted, classNames)}</title></rect>{number}

            """);
    }

    private static Html Labels(string label, double centre) => Html.Of($"""
        <text x="{-Gap}" y="{centre:0.##}" class="row">{label}</text><text transform="translate({centre:0.##} {-Gap}) rotate(-90)" class="column">{label}</text>

        """);

    private static Html Mistakes(Confusion confusion, IReadOnlyList<string> classNames) => confusion.Mistakes is { Count: > 0 } mistakes
        ? Html.Of($"""
            <p class="caption">The most frequent mistakes:</p>
            <ol class="mistakes">{mistakes.Take(MostMistakes).Select(mistake => Html.Of($"<li>{Words(confusion, mistake, classNames)}</li>"))}</ol>
            """)
        : Html.Of($"""<p class="caption">There were no mistakes.</p>""");

    private static string Words(Confusion confusion, Mistake counted, IReadOnlyList<string> classNames) => FormattableString.Invariant(
        $"{counted.Count} of {confusion.Shown(counted.Shown)} {classNames[counted.Shown]} taken for {classNames[counted.Chosen]}");

    private static string Short(string name) => name.Length <= LongestLabel ? name : $"{name.AsSpan(0, LongestLabel - 1)}…";
}
