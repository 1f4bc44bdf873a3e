using Kedge.Clip.Relevance;
using Kedge.Imaging;
using Kedge.Reports.Pages;

namespace Kedge.Reports.Explanations;

/// <summary>
/// A page about photos and a text: which words and which patches their similarity rests on; one HTML file with embedded
/// pictures, without scripts.
/// </summary>
internal static class RelevancePage
{
    private const int PhotoSide = 220;

    /// <summary>Writes the page, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="pairs">A photo a section.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    public static void Write(string path, string model, IReadOnlyList<(ImageFile Photo, PairRelevance Pair)> pairs)
    {
        var pictures = new PagePictures();
        HtmlPage.Write(path, "What does the similarity rest on?", [ExplanationPage.Style], Html.Of($"""
            <p>The model {model} compares each photo with the words “{pairs[0].Pair.Text}”. Bars show how much of what the words give rests on each of their pieces;
            the map shows which parts of the photo carry the similarity. Yellow is most, dark blue is none.</p>
            {pairs.Select(pair => Section(pair.Photo, pair.Pair, pictures))}
            """));
    }

    private static Html Section(ImageFile photo, PairRelevance pair, PagePictures pictures) => Html.Of($"""
        <section>
          <header>
            {pictures.Render(photo, PhotoSide)}
            {HeatMapFigure.Render(photo, pair.Patches, $"the parts of the photo that speak for “{pair.Text}”")}
            <div>
              <h2>cosine {pair.Cosine:0.000}</h2>
              <p class="name">{photo.Name}</p>
              <ul class="classes">{pair.Tokens.Select(Token)}</ul>
              {Remarks(pair)}
            </div>
          </header>
        </section>

        """);

    private static Html Token(TokenRelevance token) => Html.Of($"""
        <li><span>{token.Text}</span><span class="meter"><span style="width:{100 * token.Scaled:0.##}%"></span></span><span>{token.Share:0.0 %}</span></li>
        """);

    private static Html Remarks(PairRelevance pair) => pair.Tokens.Count == 0
        ? Html.Of($"<p>The text has no words: all of its relevance is on the start of text.</p>")
        : Html.Of($"""
            <p>{(pair.Neglected.Count > 0 ? Html.Of($"Hardly looked at: {string.Join(", ", pair.Neglected)}. ") : null)}The start of the text, which stands for no word, carries {pair.Start:0.0 %} beside them.</p>
            """);
}
