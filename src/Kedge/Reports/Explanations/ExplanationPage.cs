using Kedge.Interpretation;
using Kedge.Persistence;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Explanations;

/// <summary>
/// A page that explains predictions to readers who know neither CLIP nor statistics: one HTML file with embedded
/// pictures, without scripts.
/// </summary>
internal static class ExplanationPage
{
    internal const string Style = "explanation-page.css";

    /// <summary>Writes the page, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="card">The provenance of the classifier.</param>
    /// <param name="explanations">What to explain, an image a section; may be empty.</param>
    /// <param name="descriptions">The descriptions of all anchors; empty without anchors.</param>
    /// <param name="top">How many anchors, example photos and neighbours an image shows, at least 1.</param>
    /// <param name="zipNames">The encoding of names in zips that do not state theirs; null is UTF-8.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Write(
        string path, ClassifierCard card, IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorDescription> descriptions,
        int top = 5, string? zipNames = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        HtmlPage.Write(path, "Why these classes?", [Style], Body(card, explanations, descriptions, top, zipNames));
    }

    internal static Html Body(
        ClassifierCard card, IReadOnlyList<ImageExplanation> explanations, IReadOnlyList<AnchorDescription> descriptions, int top,
        string? zipNames = null)
    {
        var section = new DecisionSection(new PagePictures(zipNames), descriptions, top);
        return Html.Of($"""
            <p>A classifier on the model {card.Model}{(card.Support.Images > 0 ? Html.Of($", learned from {card.Support.Images} example photos of {card.Support.Data}") : null)}.</p>
            {(explanations.Count > 0 ? Introduction : null)}
            {explanations.Select(section.Render)}
            {Anchors(descriptions, open: explanations.Count == 0)}
            """);
    }

    private static Html Introduction { get; } = Html.Of($"""
        <div class="introduction">
        <p>For each photo the classifier gives points to every class, and the class with most points wins. The points come from several places: how well the photo
        fits the <b>names of the classes</b>; which <b>anchors</b> it brings to mind, everyday words that the classifier has learned to look out for, each of which speaks
        for some classes more than for others; and <b>example photos</b> like it, where the classifier compares with these.</p>
        <p>Each bar below shows how many points more one thing gives to the winner than to the runner-up. To the right it speaks for the winner, to the left for the
        runner-up. The points in each column add up to the class's total. A similarity of 1 means the same picture, 0 nothing in common.</p>
        </div>
        """);

    private static Html? Anchors(IReadOnlyList<AnchorDescription> descriptions, bool open) => descriptions.Count == 0 ? null : Html.Of($"""
        <details{(open ? Html.Of($" open=\"\"") : null)}>
        <summary>The {descriptions.Count} anchors</summary>
        <p>Each anchor started as an everyday word and may have moved while the classifier learned. It is shown with the phrases and the single words that it is nearest to
        now (1 would be the very same), and with the classes to which it gives most points above the average class.</p>
        {AnchorList.Render(descriptions)}
        </details>
        """);
}
