using System.Globalization;
using Kedge.Experiments;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Kedge.Cli.Reports;

/// <summary>
/// Accuracy against shots, or tasks of a stream: a line a method, its mean over the seeds with error bars of one
/// standard deviation, labelled at its end. Methods that use no support images are dashed lines.
/// </summary>
internal sealed class ShotsCurve
{
    private const int Width = 900, MinHeight = 460, LabelHeight = 17, MaxLabelLength = 40;
    private const int Left = 66, Right = 8, Bottom = 52, Top = 14, Leader = 26;
    private const float PngScale = 2;
    // horizontal offset between methods, in doublings of the shots, or tasks, so that their error bars do not overlap
    private const double Dodge = 0.012;

    private const int MaxGridLines = 9;

    private static readonly double[] Steps = [0.2, 0.5, 1, 2, 5, 10, 20]; // points between two lines

    private readonly string _name;
    private readonly CurveAxis _axis;
    private readonly List<Series> _series;
    private readonly int[] _shots;
    private readonly Plot _plot;

    private ShotsCurve(string name, CurveAxis axis, int[] shots, List<Series> series)
    {
        (_name, _axis, _shots, _series) = (name, axis, shots, series);
        _plot = FigureStyle.NewPlot(axis.Label, "top-1 accuracy in per cent");
        Draw();
    }

    private int Height => Math.Max(MinHeight, Top + Bottom + (LabelHeight * (_series.Count + 1)));

    /// <summary>Draws the curve of a task.</summary>
    /// <param name="cells">The cells of one task.</param>
    /// <param name="baselines">Methods that use no support images.</param>
    /// <param name="axis">What the numbers of shots are; <see langword="null"/> is shots.</param>
    /// <returns><see langword="null"/> where no cell has both an accuracy and a number of shots.</returns>
    public static ShotsCurve? Draw(IReadOnlyList<ComparisonCell> cells, IReadOnlyCollection<string> baselines, CurveAxis? axis = null)
    {
        ComparisonCell[] drawn = [.. cells.Where(cell => cell is { Shots: not null, Mean: not null }).OrderBy(cell => cell.Shots)];
        // these last, as they need no colour
        string[] methods = [.. cells.Select(cell => cell.Method).Distinct().OrderBy(baselines.Contains)];
        List<Series> series = [.. methods.Select(
            (method, i) => new Series(method, i, baselines.Contains(method), [.. drawn.Where(cell => cell.Method == method)]))
            .Where(one => one.Cells.Length > 0)];
        return series.Count == 0
            ? null
            : new($"Accuracy against {(axis ??= CurveAxis.Shots).Name} on {drawn[0].Task}", axis,
                [.. drawn.Select(cell => cell.Shots!.Value).Distinct()], series);
    }

    /// <summary>An <c>svg</c> element.</summary>
    public string Svg() => FigureStyle.Svg(_plot, Width, Height, _name);

    /// <summary>A picture of twice the size, for high-resolution displays and print.</summary>
    public byte[] Png()
    {
        _plot.ScaleFactor = PngScale;
        var image = _plot.GetImageBytes((int)PngScale * Width, (int)PngScale * Height, ImageFormat.Png);
        _plot.ScaleFactor = 1;
        return image;
    }

    private void Draw()
    {
        var (low, high) = (_series.Min(one => one.Lowest), _series.Max(one => one.Highest));
        var margin = Math.Max(0.5, 0.05 * (high - low));
        var (bottom, top) = (Math.Max(0, low - margin), high + margin);
        var (first, last) = (_axis.Place(_shots[0]) - 0.25, _axis.Place(_shots[^1]) + 0.25);
        var labels = Leader + _series.Max(one => FigureFont.Width(one.Label, FigureStyle.TextSize)) + FigureStyle.TextSize;
        var perPixel = (last - first) / (Width - Left - Right - labels); // doublings

        _plot.Layout.Fixed(new PixelPadding(Left, Right, Bottom, Top));
        _plot.Axes.SetLimits(first, last + (labels * perPixel), bottom, top);
        _plot.Axes.Bottom.TickGenerator = new NumericManual([.. _shots.Select(shots => _axis.Place(shots))],
            [.. _shots.Select(shots => shots.ToString(CultureInfo.InvariantCulture))]);
        DrawGrid(bottom, top, first, last);
        foreach (var one in _series)
            Draw(one, first, last);
        var perRow = LabelHeight * (top - bottom) / (Height - Top - Bottom);
        List<Series> ordered = [.. _series.OrderBy(one => one.End)];
        foreach (var (one, place) in ordered.Zip(
            SpreadLabels.Place([.. ordered.Select(one => one.End)], perRow, bottom + (perRow / 2), top - (perRow / 2))))
            Label(one, place, last, perPixel);
        FigureFont.Use(_plot);
    }

    /// <summary>Lines that end where the labels begin.</summary>
    private void DrawGrid(double bottom, double top, double first, double last)
    {
        var step = Steps.First(step => (top - bottom) / step <= MaxGridLines);
        double[] lines =
            [.. Enumerable.Range(0, 1 + (int)(top / step)).Select(i => Math.Round(i * step, 1)).Where(place => place >= bottom)];
        _plot.Grid.YAxisStyle.IsVisible = false;
        _plot.Axes.Left.TickGenerator = new NumericManual(lines, [.. lines.Select(place => place.ToString(CultureInfo.InvariantCulture))]);
        foreach (var place in lines)
        {
            var line = _plot.Add.Line(first, place, last, place);
            (line.Color, line.LineWidth) = (FigureStyle.Faint, 1);
        }
    }

    private void Draw(Series one, double first, double last)
    {
        if (one.IsBaseline)
        {
            var line = _plot.Add.Line(first, one.End, last, one.End);
            (line.Color, line.LineWidth, line.LinePattern) = (one.Colour, 2, LinePattern.Dashed);
            return;
        }
        var dodge = Dodge * (one.Number - (_series.Count / 2.0));
        double[] x = [.. one.Cells.Select(cell => _axis.Place(cell.Shots!.Value) + dodge)],
            y = [.. one.Cells.Select(cell => cell.Mean!.Value)];
        var bars = _plot.Add.ErrorBar(x, y, [.. one.Cells.Select(cell => cell.Deviation ?? 0)]);
        (bars.Color, bars.CapSize, bars.LineWidth) = (one.Colour.WithAlpha(0.6), 3, 1);
        var curve = _plot.Add.Scatter(x, y, one.Colour);
        (curve.LineWidth, curve.LinePattern, curve.MarkerSize, curve.MarkerShape) = (2, one.Line.Pattern, 7, one.Line.Marker);
    }

    private void Label(Series one, double place, double last, double perPixel)
    {
        var from = one.IsBaseline ? last : _axis.Place(one.Cells[^1].Shots!.Value) + (Dodge * (one.Number - (_series.Count / 2.0)));
        var leader = _plot.Add.Line(from, one.End, last + ((Leader - 4) * perPixel), place);
        (leader.Color, leader.LineWidth) = (one.Colour.WithAlpha(0.7), 1);
        var text = _plot.Add.Text(one.Label, last + (Leader * perPixel), place);
        (text.LabelFontSize, text.LabelAlignment) = (FigureStyle.TextSize, Alignment.MiddleLeft);
    }

    private sealed record Series(string Method, int Number, bool IsBaseline, ComparisonCell[] Cells)
    {
        public (Color Colour, MarkerShape Marker, LinePattern Pattern) Line => FigureStyle.Line(Number);

        public Color Colour => IsBaseline ? FigureStyle.Quiet : Line.Colour;

        public double End => Cells[^1].Mean!.Value;

        public double Lowest => Cells.Min(cell => cell.Mean!.Value - (cell.Deviation ?? 0));

        public double Highest => Cells.Max(cell => cell.Mean!.Value + (cell.Deviation ?? 0));

        public string Label
        {
            get
            {
                var name = FigureFont.Written(Method);
                return FormattableString.Invariant(
                    $"{(name.Length <= MaxLabelLength ? name : name[..(MaxLabelLength - 1)] + "…")} {End:0.0}");
            }
        }
    }
}
