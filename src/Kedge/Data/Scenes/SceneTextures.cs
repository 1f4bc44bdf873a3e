using SkiaSharp;

namespace Kedge.Data.Scenes;

/// <summary>The textures: patterns in another tone of an object's colour, clipped to its outline.</summary>
internal static class SceneTextures
{
    private static readonly Dictionary<string, Action<SKCanvas, SKPaint, float>> Marks = new()
    {
        ["plain"] = (_, _, _) => { },
        ["striped"] = (canvas, paint, step) => Repeat(step, at => canvas.DrawRect(-1, at, 2, step / 2, paint)),
        ["pinstriped"] = (canvas, paint, step) => Repeat(step, at => canvas.DrawRect(at, -1, step / 3, 2, paint)),
        ["diagonal"] = (canvas, paint, step) => Lines(canvas, paint, step * 1.4f, step * 0.6f, 2),
        ["checkered"] = (canvas, paint, step) => Cells(step, (x, y, odd) => { if (odd) canvas.DrawRect(x, y, step, step, paint); }),
        ["dotted"] = (canvas, paint, step) => Cells(step, (x, y, _) => canvas.DrawCircle(x, y, step * 0.3f, paint)),
        ["gridded"] = (canvas, paint, step) => Repeat(step, at =>
        {
            canvas.DrawRect(at, -1, step / 4, 2, paint);
            canvas.DrawRect(-1, at, 2, step / 4, paint);
        }),
        ["ringed"] = (canvas, paint, step) => Repeat(step, at => Stroke(paint, step / 2.4f, () => canvas.DrawCircle(0, 0, at + 1, paint))),
        ["rayed"] = (canvas, paint, _) => Rays(canvas, paint),
        ["half"] = (canvas, paint, _) => canvas.DrawRect(0, -1, 1, 2, paint),
        ["cored"] = (canvas, paint, _) => canvas.DrawCircle(0, 0, 0.42f, paint),
        ["outlined"] = (_, _, _) => { },
    };

    public static IReadOnlyList<string> Names { get; } = [.. Marks.Keys];

    /// <summary>Fills an outline in −1 to 1 with a texture; the canvas is already transformed.</summary>
    /// <param name="canvas">The target.</param>
    /// <param name="outline">The shape.</param>
    /// <param name="texture">One of <see cref="Names"/>.</param>
    /// <param name="colour">The object's colour.</param>
    /// <param name="step">The period of the pattern, in the outline's units.</param>
    public static void Fill(SKCanvas canvas, SKPath outline, string texture, SKColor colour, float step)
    {
        using var fill = new SKPaint { Color = colour, IsAntialias = true };
        using var marks = new SKPaint { Color = Palette.OtherTone(colour), IsAntialias = true };
        canvas.DrawPath(outline, fill);
        canvas.Save();
        canvas.ClipPath(outline, antialias: true);
        Marks[texture](canvas, marks, step);
        if (texture == "outlined")
            Stroke(marks, 0.28f, () => canvas.DrawPath(outline, marks)); // its outer half is clipped
        canvas.Restore();
    }

    private static void Repeat(float step, Action<float> draw)
    {
        for (var at = -1f; at < 1; at += step)
            draw(at);
    }

    private static void Cells(float step, Action<float, float, bool> draw)
    {
        var row = 0;
        for (var y = -1f; y < 1; y += step, row++)
        {
            var column = 0;
            for (var x = -1f; x < 1; x += step, column++)
                draw(x, y, (row + column) % 2 == 1);
        }
    }

    private static void Lines(SKCanvas canvas, SKPaint paint, float step, float width, float reach) => Stroke(paint, width, () =>
    {
        for (var at = -2f; at < 2; at += step)
            canvas.DrawLine(at, -1, at + reach, 1, paint);
    });

    private static void Rays(SKCanvas canvas, SKPaint paint)
    {
        const int count = 12;
        var box = new SKRect(-1.5f, -1.5f, 1.5f, 1.5f);
        for (var i = 0; i < count; i += 2)
            canvas.DrawArc(box, i * 360f / count, 360f / count, useCenter: true, paint);
    }

    private static void Stroke(SKPaint paint, float width, Action draw)
    {
        (paint.Style, paint.StrokeWidth) = (SKPaintStyle.Stroke, width);
        draw();
    }
}
