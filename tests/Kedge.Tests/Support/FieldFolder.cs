using System.Text.Json;
using SkiaSharp;

namespace Kedge.Tests.Support;

/// <summary>
/// A root with one of the field's data sets, DTD, whole by the counts: 47 classes of drawn pictures,
/// the smallest of the eleven.
/// </summary>
internal sealed class FieldFolder : IDisposable
{
    private const int Classes = 47, Train = 60, Validation = 24, Test = 36;

    private readonly TemporaryFolder _root = new();

    public FieldFolder()
    {
        Directory.CreateDirectory(this["dtd/images"]);
        File.WriteAllText(this["dtd/split_zhou_DescribableTextures.json"],
            JsonSerializer.Serialize(new { train = Rows("t", Train), val = Rows("v", Validation), test = Rows("e", Test) }));
    }

    public string Root => _root.Path;

    public string this[string name] => _root[name];

    public void Dispose() => _root.Dispose();

    private List<object[]> Rows(string part, int count)
    {
        var rows = new List<object[]>();
        for (var label = 0; label < Classes; label++)
        {
            var picture = Pictures.Encode(Pictures.Draw(8, 8, (x, y) => ((byte)(5 * label), (byte)(20 * x), (byte)(20 * y))),
                SKEncodedImageFormat.Png);
            for (var i = 0; i < count; i++)
            {
                var name = $"{part}{label}-{i}.png";
                File.WriteAllBytes(this[$"dtd/images/{name}"], picture);
                rows.Add([name, label, $"texture {label}"]);
            }
        }
        return rows;
    }
}
