using ScottPlot;
using SkiaSharp;

namespace Kedge.Cli.Reports;

/// <summary>The training curve: loss over the steps, and below it held-out accuracy where it was measured.</summary>
internal static class TrainingPlot
{
    private const int Width = 800, PanelHeight = 320;
    private const int Scale = 2; // for high-resolution displays
    private const int Left = 70, Right = 16, Bottom = 52, Top = 14;

    /// <summary>Draws the curve as PNG.</summary>
    /// <param name="steps">At least one, in order; accuracies from 0 to 1, <see langword="null"/> where none was
    /// measured. A loss that is no number is a gap.</param>
    public static byte[] Png(IReadOnlyList<(int Step, double Loss, double? Accuracy)> steps)
    {
        (double Step, double Value)[] accuracies =
            [.. steps.Where(step => step.Accuracy is not null).Select(step => ((double)step.Step, 100 * step.Accuracy!.Value))];
        List<Plot> panels =
            [Panel("loss", [.. steps.Select(step => ((double)step.Step, double.IsFinite(step.Loss) ? step.Loss : double.NaN))], series: 0)];
        if (accuracies.Length > 0)
            panels.Add(Panel("held-out accuracy in per cent", accuracies, series: 1));
        var margin = Math.Max(0.5, 0.02 * (steps[^1].Step - steps[0].Step));
        var figure = new Multiplot();
        figure.Reset(panels[0]);
        foreach (var panel in panels.Skip(1))
            figure.AddPlot(panel);
        foreach (var panel in panels)
            panel.Axes.SetLimitsX(steps[0].Step - margin, steps[^1].Step + margin);
        return Draw(figure, PanelHeight * panels.Count);
    }

    private static byte[] Draw(Multiplot figure, int height)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Scale * Width, Scale * height));
        surface.Canvas.Scale(Scale);
        figure.Render(surface.Canvas, new PixelRect(0, Width, height, 0));
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }

    private static Plot Panel(string name, (double Step, double Value)[] points, int series)
    {
        var plot = FigureStyle.NewPlot("step", name);
        plot.Layout.Fixed(new PixelPadding(Left, Right, Bottom, Top)); // both panels' steps below each other
        var (colour, marker, _) = FigureStyle.Line(series);
        var line = plot.Add.Scatter(points.Select(point => point.Step).ToArray(), points.Select(point => point.Value).ToArray(), colour);
        (line.LineWidth, line.MarkerSize, line.MarkerShape) = (2, points.Length > 50 ? 0 : 7, marker);
        return plot;
    }
}
