using SkiaSharp;

namespace Kedge.Tests.Support;

/// <summary>A data set of drawn photos in a folder of its own: classes by colour, every photo another.</summary>
internal sealed class PhotoFolder : IDisposable
{
    public static readonly string Clip = TestData.Small("clip-vit", "openai.fp16.safetensors");

    private static readonly Dictionary<string, (int R, int G, int B)> Colours = new()
    {
        ["apple"] = (200, 20, 20),
        ["leaf"] = (20, 180, 30),
        ["sea_lion"] = (30, 40, 190),
    };

    private readonly TemporaryFolder _root = new();

    public static IEnumerable<string> Classes => Colours.Keys;

    public string Data => _root["photos"];

    public string Cache => _root["cache"];

    public string this[string name] => _root[name];

    /// <summary>A training part of some photos a class, and a test part of two.</summary>
    public static PhotoFolder WithParts(int photos = 4)
    {
        var folder = new PhotoFolder();
        foreach (var name in Classes)
        {
            folder.Add($"train/{name}", photos);
            folder.Add($"test/{name}", 2);
        }
        return folder;
    }

    /// <summary>A folder a class and no parts.</summary>
    public static PhotoFolder Flat(int photos = 2, params IEnumerable<string> classes)
    {
        var folder = new PhotoFolder();
        foreach (var name in classes.DefaultIfEmpty("apple").Union(classes.Any() ? [] : Classes))
            folder.Add(name, photos);
        return folder;
    }

    public void Add(string below, int photos)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Data, below)).FullName;
        for (var i = 0; i < photos; i++)
            File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), Draw(Colours[Path.GetFileName(below)], seed: below.Length + (100 * i)));
    }

    public void Dispose() => _root.Dispose();

    private static byte[] Draw((int R, int G, int B) colour, int seed)
    {
        var random = new Random(seed);
        byte Near(int level) => (byte)Math.Clamp(level + random.Next(-20, 21), 0, 255);
        return Pictures.Encode(Pictures.Draw(70, 80, (_, _) => (Near(colour.R), Near(colour.G), Near(colour.B))), SKEncodedImageFormat.Png);
    }
}
