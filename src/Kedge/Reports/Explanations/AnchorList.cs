using Kedge.Interpretation;
using Kedge.Reports.Pages;
using Kedge.Text;

namespace Kedge.Reports.Explanations;

/// <summary>The section of the page about the anchors, by decreasing influence.</summary>
internal static class AnchorList
{
    internal static Html Render(IReadOnlyList<AnchorDescription> descriptions) => Html.Of($"""
        <table class="anchors">
          <thead><tr><th>started as</th><th>now reads like</th><th>nearest single words</th><th>speaks for</th></tr></thead>
          <tbody>{descriptions.OrderByDescending(anchor => anchor.Influence).Select(Row)}</tbody>
        </table>
        """);

    private static Html Row(AnchorDescription anchor) => Html.Of($"""
        <tr><th>{anchor.Start}{(anchor.StartCosine is { } cosine ? Html.Of($"<small>still {cosine:0.000} similar</small>") : null)}</th><td>{Near(anchor.Phrases)}</td><td>{anchor.Words.Select(Token)}</td><td>{anchor.Classes.Select(ClassOf)}</td></tr>
        """);

    private static Html Token(IReadOnlyList<Neighbour> words) => Html.Of($"<div>{Near(words)}</div>");

    private static IEnumerable<Html> Near(IReadOnlyList<Neighbour> neighbours) =>
        neighbours.Select(near => Html.Of($"""<span class="near">{near.Text} <small>{near.Cosine:0.00}</small></span> """));

    private static Html ClassOf(ClassContribution contribution) =>
        Html.Of($"""<span class="near">{contribution.ClassName} <small>+{contribution.Logits:0.000}</small></span> """);
}
