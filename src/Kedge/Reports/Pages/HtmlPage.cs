using System.Text;
using Kedge.Tensors;

namespace Kedge.Reports.Pages;

/// <summary>
/// A self-contained page in one HTML file, without scripts; light or dark by the reader's system setting.
/// </summary>
internal static class HtmlPage
{
    /// <summary>Writes the page, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="title">The title, also at the head of the page.</param>
    /// <param name="styles">The embedded style sheets of this kind of page; they come after
    /// what all pages share.</param>
    /// <param name="body">What follows the title.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    internal static void Write(string path, string title, IReadOnlyList<string> styles, Html body)
    {
        var page = Encoding.UTF8.GetBytes(Document(title, styles, body).Markup);
        AtomicFile.Write(path, stream => stream.Write(page), page.Length);
    }

    /// <summary>Writes a page of several parts, completely or not at all.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="title">The title, also at the head of the page.</param>
    /// <param name="styles">The embedded style sheets of the parts.</param>
    /// <param name="introduction">A paragraph of text.</param>
    /// <param name="parts">The parts, in their order.</param>
    /// <exception cref="KedgeException">The file cannot be written; nothing of it stays.</exception>
    internal static void Write(
        string path, string title, IReadOnlyList<string> styles, string introduction, IReadOnlyList<PagePart> parts) =>
        Write(path, title, styles, Html.Of($"""
            <p>{introduction}</p>
            {parts.Select(Part)}
            """));

    private static Html Part(PagePart part) => Html.Of($"""
        {(part.Heading is null ? null : Html.Of($"<h2>{part.Heading}</h2>"))}
        {part.Body}

        """);

    private static Html Document(string title, IReadOnlyList<string> styles, Html body) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'" />
        <title>{title}</title>
        <style>
        {styles.Prepend("page.css").Select(Sheet)}</style>
        </head>
        <body>
        <h1>{title}</h1>
        {body}
        </body>
        </html>

        """);

    private static Html Sheet(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return new(reader.ReadToEnd());
    }
}
