using System.Net;
using System.Text.RegularExpressions;
using ScottPlot;

namespace Kedge.Cli.Reports;

/// <summary>The common style of figures: font, colours, axes, and SVG output.</summary>
internal static partial class FigureStyle
{
    public const float TextSize = 13;

    private const string Ink = "#1d2229", DarkInk = "#e7eaee"; // as on the pages

    /// <summary>The colour of grid and axes; legible on white and on black.</summary>
    public static readonly Color Quiet = Color.FromHex("#808890");

    public static readonly Color Faint = Quiet.WithAlpha(0.3);

    /// <summary>
    /// The colours of M. Okabe and K. Ito, "Color Universal Design", 2008, that are legible on white and on black.
    /// </summary>
    private static readonly Color[] Colours =
        [.. new[] { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9" }.Select(Color.FromHex)];

    private static readonly MarkerShape[] Markers =
        [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp,
            MarkerShape.OpenCircle, MarkerShape.FilledDiamond, MarkerShape.OpenSquare, MarkerShape.OpenTriangleDown];

    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.Dotted, LinePattern.DenselyDashed];

    /// <summary>The style of a line: colour and pattern are distinct for 18 numbers, with the marker for 42.</summary>
    public static (Color Colour, MarkerShape Marker, LinePattern Pattern) Line(int series) =>
        (Colours[series % Colours.Length], Markers[series % Markers.Length], Patterns[series / Colours.Length % Patterns.Length]);

    /// <summary>A plot of lines on a white ground, with horizontal grid lines and without a frame.</summary>
    public static Plot NewPlot(string xLabel, string yLabel)
    {
        var plot = new Plot();
        FigureFont.Use(plot);
        plot.FigureBackground.Color = Colors.White;
        plot.Axes.Color(Color.FromHex(Ink));
        plot.Axes.FrameColor(Quiet);
        plot.Axes.Top.IsVisible = plot.Axes.Right.IsVisible = false;
        foreach (var (axis, label) in new (IAxis, string)[] { (plot.Axes.Bottom, xLabel), (plot.Axes.Left, yLabel) })
        {
            axis.Label.Text = FigureFont.Written(label);
            axis.Label.FontSize = axis.TickLabelStyle.FontSize = TextSize;
            axis.Label.Bold = false;
            axis.MinorTickStyle.Length = 0;
        }
        plot.Axes.Left.FrameLineStyle.Width = 0;
        plot.Axes.Left.MajorTickStyle.Length = 0;
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.Grid.YAxisStyle.MajorLineStyle.Color = Faint;
        return plot;
    }

    /// <summary>
    /// A plot as a scalable <c>svg</c> element with an embedded font, light or dark by the system setting.
    /// </summary>
    /// <param name="plot">The plot.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="name">Its accessible label; also prefixes its element ids, so that it must be
    /// unique on a page.</param>
    public static string Svg(Plot plot, int width, int height, string name)
    {
        plot.FigureBackground.Color = Colors.Transparent;
        var drawn = plot.GetSvgXml(width, height);
        plot.FigureBackground.Color = Colors.White;
        var content = drawn[(drawn.IndexOf('>', drawn.IndexOf("<svg", StringComparison.Ordinal)) + 1)..];
        content = Text().Replace(content, "$1\"$2\"$3>$4</text>");
        content = Identifier().Replace(content, $"${{1}}figure-{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name))}-$2");
        return $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width}} {{height}}" class="kedge-figure" role="img" aria-label="{{WebUtility.HtmlEncode(name)}}">
            <style>
            {{FigureFont.Style}}
            .kedge-figure text { fill: {{Ink}}; }
            @media (prefers-color-scheme: dark) { .kedge-figure text { fill: {{DarkInk}}; } }
            </style>
            {{content}}
            """;
    }

    /// <summary>A text element: its coordinate lists end with a comma, and white space surrounds the text.</summary>
    [GeneratedRegex(@"(<text[^>]*?), ""( y=""[^""]*?), ""([^>]*)>\s*(.*?)\s*</text>", RegexOptions.Singleline)]
    private static partial Regex Text();

    [GeneratedRegex(@"(id=""|url\(#)(\w+)")]
    private static partial Regex Identifier();
}
