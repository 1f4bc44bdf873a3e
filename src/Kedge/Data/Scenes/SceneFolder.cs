using System.Text.Json;
using Kedge.Data.Captions;
using Kedge.Imaging;
using Kedge.Runtime;
using Kedge.Tensors;

namespace Kedge.Data.Scenes;

/// <summary>
/// Scenes on disk: PNG files and <c>manifest.jsonl</c>, one line per scene with its file, captions, objects (shape,
/// colour, texture, size, box, mask), background and relation. Training scenes are in <c>images</c>; those of a
/// held-out split in one folder per class, so that the folder is also a data set.
/// </summary>
internal static class SceneFolder
{
    /// <summary>The file that lists the scenes.</summary>
    public const string Manifest = "manifest.jsonl";

    private const int DrawnAhead = 256;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the file is no web page
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private sealed record Entry(
        string File, string? Class, string Content, IReadOnlyList<string> Captions,
        string Background, string? Relation, IReadOnlyList<Item> Objects);

    private sealed record Item(string Shape, string Colour, string Texture, string Size, int[] Box, IReadOnlyList<int> Mask);

    /// <summary>Draws scenes and writes them.</summary>
    /// <param name="generator">Draws scene 0, 1, ….</param>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="folder">A new or empty folder; written atomically.</param>
    /// <param name="progress">Told the number of finished scenes.</param>
    /// <param name="cancellation">Stops between two scenes; nothing is left.</param>
    /// <exception cref="KedgeException">The folder holds something already, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Write(
        SceneGenerator generator, int count, string folder, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new KedgeException($"Scenes cannot be written to '{folder}': there is something already; " +
                "choose a new or an empty folder.");
        try
        {
            AtomicFile.WriteFolder(folder, unfinished => WriteAll(generator, count, unfinished, progress, cancellation));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KedgeException($"Scenes cannot be written to '{folder}': {e.Message} Free some space, " +
                "or choose a place that you may write to.", e);
        }
    }

    /// <summary>Whether a path is a folder or zip of scenes.</summary>
    /// <param name="path">The folder or zip.</param>
    public static bool Exists(string path) =>
        (Directory.Exists(path) || Path.GetExtension(path).Equals(".zip", StringComparison.OrdinalIgnoreCase))
        && ImageRoot.Open(path).Find(Manifest) is not null;

    /// <summary>The scenes of a folder or zip as training pairs; scenes of equal content form a group.</summary>
    /// <param name="path">The folder or zip.</param>
    /// <exception cref="KedgeException">There is no manifest, it is damaged, or images are missing.</exception>
    public static IReadOnlyList<CaptionedImage> Pairs(string path)
    {
        var root = ImageRoot.Open(path);
        var manifest = root.Find(Manifest)
            ?? throw new KedgeException($"Reading scenes from '{path}' found no {Manifest}; expected a folder that `kedge scenes` wrote.");
        Entry[] entries = [.. System.Text.Encoding.UTF8.GetString(manifest.ReadAllBytes())
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((line, index) => Parse(line, index + 1, manifest.Name))];
        var files = root.FindAll([.. entries.Select(entry => entry.File)], manifest.Name);
        var groups = new Dictionary<string, int>();
        return [.. entries.Zip(files, (entry, file) => new CaptionedImage(file, entry.Captions, GroupOf(entry.Content)))];

        int GroupOf(string content)
        {
            groups.TryAdd(content, groups.Count);
            return groups[content];
        }
    }

    private static void WriteAll(
        SceneGenerator generator, int count, string folder, IProgress<int>? progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        using var manifest = new StreamWriter(Path.Combine(folder, Manifest)) { NewLine = "\n" };
        var done = 0;
        foreach (var entry in Enumerable.Range(0, count)
            .ToArray().SelectAhead(WriteOne, DrawnAhead, Environment.ProcessorCount, cancellation))
        {
            manifest.WriteLine(JsonSerializer.Serialize(entry, Format));
            progress?.Report(++done);
        }

        Entry WriteOne(int index)
        {
            var scene = generator.Draw(index);
            var label = generator.ClassNames.Count > 0 ? generator.ClassNames[index % generator.ClassNames.Count] : null;
            var file = $"{label ?? "images"}/{index:000000}.png";
            Directory.CreateDirectory(Path.Combine(folder, label ?? "images"));
            File.WriteAllBytes(Path.Combine(folder, file), ImageEncoder.Png(scene.Image));
            return new(file, label, scene.Content, scene.Captions, scene.Background, scene.Relation, [.. scene.Objects.Select(ItemOf)]);
        }
    }

    private static Item ItemOf(SceneObject item) =>
        new(item.Shape, item.Colour, item.Texture, item.Size.ToString().ToLowerInvariant(),
            [item.Box.X, item.Box.Y, item.Box.Width, item.Box.Height], item.Mask);

    private static Entry Parse(string line, int number, string manifest)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line, Format) is { Captions.Count: > 0 } entry ? entry
                : throw new KedgeException($"Line {number} of {manifest} has no captions; write the scenes anew with `kedge scenes`.");
        }
        catch (JsonException e)
        {
            throw new KedgeException($"Line {number} of {manifest} is no scene ({e.Describe()}); " +
                "write the scenes anew with `kedge scenes`.", e);
        }
    }
}
