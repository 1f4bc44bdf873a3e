using System.Globalization;
using Kedge.Interpretation;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Explanations;

/// <summary>The section of the page about one image.</summary>
/// <param name="pictures">The page's pictures.</param>
/// <param name="descriptions">The descriptions of the anchors; empty without anchors.</param>
/// <param name="top">How many anchors, examples and neighbours are shown.</param>
internal sealed class DecisionSection(PagePictures pictures, IReadOnlyList<AnchorDescription> descriptions, int top)
{
    private const int PhotoSide = 220, NeighbourSide = 120, ExampleSide = 44;
    private const int PhrasesInLabel = 3, Decimals = 3;

    internal Html Render(ImageExplanation explanation)
    {
        var decision = explanation.Decision;
        var (best, second) = (decision.Classes[0], decision.Classes[1]);
        return Html.Of($"""
            <section>
              <header>
                {pictures.Render(explanation.Image, PhotoSide)}
                {HeatMapFigure.Render(explanation.Image, explanation.Patches, $"the parts of the photo that speak for {best.ClassName}")}
                <div>
                  <h2>{best.ClassName}</h2>
                  <p class="name">{explanation.Image.Name}</p>
                  <ul class="classes">{decision.Classes.Select(Probability)}</ul>
                </div>
              </header>
              {(decision.HasParts ? Html.Of($"<h3>Why {best.ClassName} and not {second.ClassName}?</h3>\n{Contributions(decision)}") : null)}
              {Neighbours(decision)}
            </section>

            """);
    }

    private static Html Probability(ClassScore score) => Html.Of($"""
        <li><span>{score.ClassName}</span><span class="meter"><span style="width:{100 * score.Probability:0.##}%"></span></span><span>{score.Probability:0.0 %}</span></li>
        """);

    private Html Contributions(Decision decision)
    {
        var comparison = decision.Compare(top).Rounded(Decimals);
        var total = comparison.LogitDifference;
        var widest = comparison.Contributions.Select(part => part.Difference).Append(total).Max(Math.Abs);
        return Html.Of($"""
            <table class="evidence">
              <thead><tr><th></th><th class="sides"><span>for {comparison.Second}</span><span>for {comparison.First}</span></th><th>{comparison.First}</th><th>{comparison.Second}</th></tr></thead>
              <tbody>{comparison.Contributions.Select(part => Row(Label(part, decision), part.Difference, widest, part.First, part.Second))}</tbody>
              <tfoot>{Row(Html.Of($"All together"), total, widest, comparison.FirstLogit, comparison.SecondLogit)}</tfoot>
            </table>
            """);
    }

    private static Html Row(Html label, double difference, double widest, double first, double second)
    {
        var width = widest > 0 ? 50 * Math.Abs(difference) / widest : 0; // of both sides together
        return Html.Of($"""
            <tr><th>{label}</th><td class="bar {(difference < 0 ? "against" : "for")}"><span><i style="width:{width:0.##}%"></i></span><b>{Signed(difference)}</b></td><td>{Points(first)}</td><td>{Points(second)}</td></tr>
            """);
    }

    private Html Label(Contribution part, Decision decision) => part switch
    {
        { Source: ContributionSource.ClassNames } =>
            Html.Of($"The names of the classes<small>how well the photo fits the words themselves</small>"),
        { Source: ContributionSource.Adapter } =>
            Html.Of($"The linear adapter<small>what a learned map of the photo changes of the names</small>"),
        { Source: ContributionSource.Bias } => Html.Of($"A head start<small>the same for every photo</small>"),
        { Source: ContributionSource.Anchor, Index: { } k } => Anchor(k),
        { Source: ContributionSource.Anchor } => Html.Of($"{part.Count} other anchor {(part.Count == 1 ? "word" : "words")}"),
        { Index: { } n } => Example(decision.Nearest.First(image => image.Index == n)),
        _ => Html.Of($"{part.Count} other example {(part.Count == 1 ? "photo" : "photos")}"),
    };

    private Html Anchor(int k)
    {
        var near = descriptions[k].OtherPhrases.Take(PhrasesInLabel).ToList();
        return Html.Of(
            $"Anchor “{descriptions[k].Start}”{(near.Count > 0 ? Html.Of($"<small>near {string.Join(", ", near)}</small>") : null)}");
    }

    private Html Example(SupportNeighbour image) =>
        Html.Of($"""<span class="example">{pictures.Render(image.Name, ExampleSide)}<span>Example of {image.ClassName}<small>similarity {image.Cosine:0.000}</small></span></span>""");

    private Html? Neighbours(Decision decision) => decision.Nearest.Count == 0 ? null : Html.Of($"""
        <h3>The most similar of the examples it learned from</h3>
        <ul class="neighbours">{decision.Nearest.Take(top).Select(image => Html.Of($"""
            <li>{pictures.Render(image.Name, NeighbourSide)}<b>{image.ClassName}</b><small>similarity {image.Cosine:0.000}</small></li>
            """))}</ul>
        """);

    private static string Points(double logit) => logit.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Signed(double logit) => logit.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture);
}
