#:package SkiaSharp@4.154.0
#:package SkiaSharp.NativeAssets.Linux.NoDependencies@4.154.0
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false

// Draws samples/shapes: four classes of little pictures, so that a fresh clone has something to learn from. Run: dotnet
// run samples/draw-shapes.cs
using System.Runtime.CompilerServices;
using SkiaSharp;

const int side = 64, train = 16, test = 10;
var random = new Random(1);
foreach (var shape in new[] { "circle", "cross", "star", "triangle" })
{
    foreach (var (part, count) in new[] { ("train", train), ("test", test) })
    {
        var folder = Directory.CreateDirectory(Path.Combine(Here(), "shapes", part, shape)).FullName;
        for (var i = 1; i <= count; i++)
            File.WriteAllBytes(Path.Combine(folder, $"{shape}-{i:00}.png"), Draw(shape));
    }
}

byte[] Draw(string shape)
{
    using var surface = SKSurface.Create(new SKImageInfo(side, side));
    var canvas = surface.Canvas;
    canvas.Clear(Colour(light: true));
    canvas.Translate(side / 2f + random.Next(-8, 9), side / 2f + random.Next(-8, 9));
    canvas.RotateDegrees(random.Next(-25, 26));
    canvas.Scale(random.Next(12, 25));
    using var paint = new SKPaint { Color = Colour(light: false), IsAntialias = true };
    using var path = Outline(shape);
    canvas.DrawPath(path, paint);
    using var image = surface.Snapshot();
    using var data = image.Encode(SKEncodedImageFormat.Png, 100);
    return data.ToArray();
}

static SKPath Outline(string shape)
{
    using var outline = new SKPathBuilder();
    switch (shape)
    {
        case "circle":
            outline.AddCircle(0, 0, 1);
            break;
        case "cross":
            outline.AddRect(new(-1, -0.3f, 1, 0.3f));
            outline.AddRect(new(-0.3f, -1, 0.3f, 1));
            break;
        case "star":
            outline.AddPoly([.. Corners(10, i => i % 2 == 0 ? 1.1f : 0.45f)], close: true);
            break;
        default:
            outline.AddPoly([.. Corners(3, _ => 1.1f)], close: true);
            break;
    }
    return outline.Detach();
}

static IEnumerable<SKPoint> Corners(int count, Func<int, float> radius) =>
    Enumerable.Range(0, count).Select(i => (Angle: 2 * Math.PI * i / count - Math.PI / 2, Radius: radius(i)))
        .Select(c => new SKPoint(c.Radius * (float)Math.Cos(c.Angle), c.Radius * (float)Math.Sin(c.Angle)));

SKColor Colour(bool light) => SKColor.FromHsl(random.Next(360), random.Next(50, 100), light ? random.Next(80, 96) : random.Next(25, 50));

static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
