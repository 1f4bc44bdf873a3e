using Kedge.Evaluation;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Comparisons;

/// <summary>
/// A confusion matrix as a heat map, normalised by row and legible up to 100 classes: a row a true class, darker where
/// more of its images have the column's predicted class; below it the most frequent mistakes in words.
/// </summary>
internal static class ConfusionPicture
{
    private const int MaxMistakes = 10, MaxCountedClasses = 20, MaxLabelLength = 18;
    private const double Side = 640, MinCell = 8, MaxCell = 40, MaxFont = 13;
    private const double LetterWidth = 0.58, Gap = 6; // of the font's size; between a label and the map

    internal static Html Draw(ConfusionMatrix confusion, IReadOnlyList<string> classNames)
    {
        var classes = confusion.ClassCount;
        var cell = Math.Clamp(Side / classes, MinCell, MaxCell);
        var font = Math.Min(MaxFont, 0.9 * cell);
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

    private static Html Cell(ConfusionMatrix confusion, Mistake counted, IReadOnlyList<string> classNames, double cell)
    {
        var (actual, predicted, count) = counted;
        var fullness = Math.Sqrt(confusion.Share(actual, predicted)); // so that a few mistakes among many can be seen too
        var number = confusion.ClassCount > MaxCountedClasses ? null
            : Html.Of($"""<text x="{(predicted + 0.5) * cell:0.##}" y="{(actual + 0.5) * cell:0.##}" class="{(fullness > 0.7 ? "count full" : "count")}">{count}</text>""");
        return Html.Of($"""
            <rect class="{(actual == predicted ? "right" : "wrong")}" x="{predicted * cell:0.##}" y="{actual * cell:0.##}" width="{cell:0.##}" height="{cell:0.##}" fill-opacity="{fullness:0.###}"><title>{Words(confusion, counted, classNames)}</title></rect>{number}

            """);
    }

    private static Html Labels(string label, double centre) => Html.Of($"""
        <text x="{-Gap}" y="{centre:0.##}" class="row">{label}</text><text transform="translate({centre:0.##} {-Gap}) rotate(-90)" class="column">{label}</text>

        """);

    private static Html Mistakes(ConfusionMatrix confusion, IReadOnlyList<string> classNames) =>
        confusion.Mistakes is { Count: > 0 } mistakes
        ? Html.Of($"""
            <p class="caption">The most frequent mistakes:</p>
            <ol class="mistakes">{mistakes.Take(MaxMistakes).Select(mistake => Html.Of($"<li>{Words(confusion, mistake, classNames)}</li>"))}</ol>
            """)
        : Html.Of($"""<p class="caption">There were no mistakes.</p>""");

    private static string Words(ConfusionMatrix confusion, Mistake counted, IReadOnlyList<string> classNames) =>
        FormattableString.Invariant($"{counted.Count} of {confusion.Images(counted.Actual)} {classNames[counted.Actual]} ") +
        $"taken for {classNames[counted.Predicted]}";

    private static string Short(string name) => name.Length <= MaxLabelLength ? name : $"{name.AsSpan(0, MaxLabelLength - 1)}…";
}
