using System.Text;
using ScottPlot;
using SkiaSharp;

namespace Kedge.Cli.Reports;

/// <summary>
/// The embedded font of figures, Open Sans as WOFF, which browsers read too: SkiaSharp without dependencies
/// finds no system font on Linux.
/// </summary>
internal static class FigureFont
{
    private const string Name = "Kedge figures"; // by which plots ask for it

    private static readonly byte[] Woff = Read();
    private static readonly SKTypeface Face = SKTypeface.FromData(SKData.CreateCopy(Woff));

    static FigureFont() => Fonts.FontResolvers.Insert(0, new Resolver());

    /// <summary>The CSS rule that embeds the font in a page, under the name that the SVG refers to.</summary>
    public static string Style => $"@font-face {{ font-family: \"{Face.FamilyName}\"; src: " +
        $"url(data:font/woff;base64,{Convert.ToBase64String(Woff)}) format(\"woff\"); }}";

    /// <summary>Sets all texts of a plot in the font.</summary>
    public static void Use(Plot plot) => plot.Font.Set(Name);

    /// <summary>Pixels from the beginning of a text to its end.</summary>
    public static double Width(string text, double size)
    {
        using var font = new SKFont(Face, (float)size);
        return font.MeasureText(text);
    }

    /// <summary>A text with '?' in place of characters that the font lacks, which figures would leave out.</summary>
    public static string Written(string text)
    {
        using var font = new SKFont(Face);
        return string.Concat(text.EnumerateRunes().Select(letter => font.ContainsGlyph(letter.Value) ? letter : new Rune('?')));
    }

    private static byte[] Read()
    {
        using var stream = typeof(FigureFont).Assembly.GetManifestResourceStream("open-sans-latin.woff")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName == Name ? Face : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Face : null;
    }
}
