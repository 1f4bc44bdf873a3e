using Kedge.Interpretation;
using Kedge.Reports.Pages;
using Kedge.Text;

namespace Kedge.Reports.Explanations;

/// <summary>The part of the page about the anchors, those first that tell classes apart most.</summary>
internal static class AnchorList
{
    internal static Html Of(IReadOnlyList<AnchorReading> readings) => Html.Of($"""
        <table class="anchors">
          <thead><tr><th>started as</th><th>now reads like</th><th>nearest single words</th><th>speaks for</th></tr></thead>
          <tbody>{readings.OrderByDescending(reading => reading.Influence).Select(Row)}</tbody>
        </table>
        """);

    private static Html Row(AnchorReading reading) => Html.Of($"""
        <tr><th>{reading.Start}{(reading.StartCosine is { } cosine ? Html.Of($"<small>still {cosine:0.000} similar</small>") : null)}</th><td>{Near(reading.Phrases)}</td><td>{reading.Words.Select(Token)}</td><td>{reading.Classes.Select(Leaning)}</td></tr>
        """);

    private static Html Token(IReadOnlyList<Neighbour> words) => Html.Of($"<div>{Near(words)}</div>");

    private static IEnumerable<Html> Near(IReadOnlyList<Neighbour> neighbours) =>
        neighbours.Select(near => Html.Of($"""<span class="near">{near.Text} <small>{near.Cosine:0.00}</small></span> """));

    private static Html Leaning(ClassLeaning leaning) => Html.Of($"""<span class="near">{leaning.ClassName} <small>+{leaning.Logits:0.000}</small></span> """);
}
