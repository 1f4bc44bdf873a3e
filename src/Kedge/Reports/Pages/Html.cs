using System.Globalization;
using System.Net;
using Kedge.Text;

namespace Kedge.Reports.Pages;

/// <summary>Markup in which every text has been escaped.</summary>
/// <param name="Markup">The markup.</param>
internal sealed record Html(string Markup)
{
    private static readonly Escaping Format = new();

    /// <summary>
    /// Interpolates values into markup: literal text is markup, and every value is escaped, for use between tags and in
    /// quoted attributes. Values that are markup themselves, and lists of such, are put in as they are; numbers are
    /// written the same everywhere.
    /// </summary>
    internal static Html Of(FormattableString markup) => new(markup.ToString(Format));

    private sealed class Escaping : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            null => "",
            Html html => html.Markup,
            IEnumerable<Html> many => string.Concat(many.Select(html => html.Markup)),
            IFormattable value => WebUtility.HtmlEncode(value.ToString(format, CultureInfo.InvariantCulture)),
            _ => WebUtility.HtmlEncode(Printable.Escape(arg.ToString()!, keepLines: true)),
        };
    }
}
