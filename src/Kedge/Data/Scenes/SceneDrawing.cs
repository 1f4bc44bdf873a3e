using Kedge.Imaging;
using SkiaSharp;

namespace Kedge.Data.Scenes;

/// <summary>
/// The cell of an object: its centre, in shares of the image's side, and its size relative to
/// the cell of a single object.
/// </summary>
internal readonly record struct ScenePlace(float X, float Y, float Room);

/// <summary>Renders a scene, anti-aliased, with the mask of each object.</summary>
internal sealed class SceneDrawing
{
    private const float MaxRotation = 14; // degrees; more would make a diamond of a square
    private const float Coverage = 128; // of 255: a pixel that is half covered belongs to the object
    // by size, in shares of the side
    private static readonly (float Min, float Max)[] Radii = [(0.26f, 0.30f), (0.33f, 0.37f), (0.40f, 0.45f)];
    private readonly int _side;
    private readonly Random _random;
    private readonly byte[] _pixels;
    private readonly int[] _owner; // the object on top of each pixel, from 1
    private int _count;

    public SceneDrawing(int side, Background background, Random random)
    {
        (_side, _random, _pixels, _owner) = (side, random, new byte[side * side * 4], new int[side * side]);
        var (top, bottom) = (Palette.Vary(background.Top, random), Palette.Vary(background.Bottom, random));
        for (var y = 0; y < side; y++)
        {
            var share = (double)y / (side - 1);
            for (var x = 0; x < side; x++)
            {
                var grain = random.Next(-background.Grain, background.Grain + 1);
                var pixel = _pixels.AsSpan(((y * side) + x) * 4, 4);
                (pixel[0], pixel[1], pixel[2], pixel[3]) =
                    (Channel(top.Red, bottom.Red), Channel(top.Green, bottom.Green), Channel(top.Blue, bottom.Blue), 255);

                byte Channel(byte above, byte below) => (byte)Math.Clamp(double.Lerp(above, below, share) + grain, 0, 255);
            }
        }
    }

    /// <summary>Draws an object on top; its box and mask are computed by <see cref="Finish"/>.</summary>
    public SceneObject Add(string shape, string colour, string texture, SceneSize size, ScenePlace place)
    {
        var (min, max) = Radii[(int)size];
        var radius = place.Room * float.Lerp(min, max, _random.NextSingle());
        var slack = Math.Max(0, (0.5f * place.Room) - radius - 0.02f) * 0.8f; // stays in its place
        var (x, y) = (place.X + (slack * Signed()), place.Y + (slack * Signed()));
        using var outline = ShapeOutlines.Create(shape);
        var matrix = SKMatrix.CreateRotationDegrees(MaxRotation * Signed())
            .PostConcat(SKMatrix.CreateScale(radius * _side, radius * _side))
            .PostConcat(SKMatrix.CreateTranslation(x * _side, y * _side));

        var value = Palette.Vary(Palette.Find(colour), _random);
        var step = 0.34f + (0.16f * _random.NextSingle());
        Draw(_pixels, SKColorType.Rgba8888, canvas =>
        {
            canvas.SetMatrix(matrix);
            SceneTextures.Fill(canvas, outline, texture, value, step);
        });
        var covered = new byte[_side * _side];
        Draw(covered, SKColorType.Alpha8, canvas =>
        {
            canvas.SetMatrix(matrix);
            using var paint = new SKPaint { IsAntialias = true };
            canvas.DrawPath(outline, paint);
        });
        _count++;
        for (var i = 0; i < covered.Length; i++)
        {
            if (covered[i] >= Coverage)
                _owner[i] = _count;
        }
        return new SceneObject(shape, colour, texture, size, default, []);
    }

    /// <summary>The image, and its objects with their boxes and masks.</summary>
    public (RgbImage Image, IReadOnlyList<SceneObject> Objects) Finish(IReadOnlyList<SceneObject> objects)
    {
        var pixels = new byte[_side * _side * 3];
        for (var i = 0; i < _side * _side; i++)
            _pixels.AsSpan(i * 4, 3).CopyTo(pixels.AsSpan(i * 3));
        return (new RgbImage(_side, _side, pixels), [.. objects.Select((item, i) => item with { Box = Box(i + 1), Mask = Runs(i + 1) })]);
    }

    private float Signed() => (2 * _random.NextSingle()) - 1;

    private unsafe void Draw(byte[] pixels, SKColorType type, Action<SKCanvas> draw)
    {
        var info = new SKImageInfo(_side, _side, type, SKAlphaType.Premul);
        fixed (byte* first = pixels)
        {
            using var surface = SKSurface.Create(info, (nint)first, info.RowBytes);
            draw(surface.Canvas);
        }
    }

    private PixelBox Box(int item)
    {
        int[] inside = [.. Enumerable.Range(0, _owner.Length).Where(i => _owner[i] == item)];
        var (left, right) = (inside.Min(i => i % _side), inside.Max(i => i % _side));
        var (top, bottom) = (inside[0] / _side, inside[^1] / _side);
        return new(left, top, right - left + 1, bottom - top + 1);
    }

    private List<int> Runs(int item)
    {
        var (runs, within, length) = (new List<int>(), false, 0);
        foreach (var owner in _owner)
        {
            if (owner == item != within)
            {
                runs.Add(length);
                (within, length) = (!within, 0);
            }
            length++;
        }
        runs.Add(length);
        return runs;
    }
}
