using System.IO.Compression;

namespace Kedge.Fuzzing.Mutators;

/// <summary>Changes the entries of a zip and packs it anew, with right checksums and sizes.</summary>
internal static class ZipEntries
{
    private const long MostBytes = 1 << 20;

    private static readonly DateTimeOffset Time = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero); // not that of now

    private static readonly string[] Names =
    [
        "../x.png", "/x.png", "C:\\x.png", "a\\b\\x.png", "/", "//", "a//b.png", ".png", "a/.png", "con/nul.png", "a/b\0.png",
        "a/\u001b[31m.png",
        "a/b\n.png", "train/x.png", "TRAIN/a/x.png", "test/b/x.png", "__MACOSX/a/._x.png", "é/\u0301.png", "\uFFFF/x.png",
        "archive/byteorder",
        "archive/data/0", "archive/version", "other/data.pkl", new('x', 5000), string.Join('/', Enumerable.Repeat("d", 5000)),
    ];

    private sealed record Item(string Name, byte[] Content);

    /// <summary>Renames, repeats, removes or adds an entry, or packs them in another way.</summary>
    public static byte[] Mutate(byte[] input, Draw draw) => Change(input, draw, items =>
    {
        var at = draw.Below(items.Count);
        switch (draw.Below(5))
        {
            case 0:
                items[at] = items[at] with { Name = draw.Pick(Names) };
                break;
            case 1:
                items.RemoveAt(at);
                break;
            case 2:
                items.AddRange(Enumerable.Repeat(items[at], draw.Length(2000)));
                break;
            case 3:
                items.Insert(at, new(draw.Pick(Names), draw.Token()));
                break;
            default:
                items[at] = items[at] with { Name = items[draw.Below(items.Count)].Name };
                break;
        }
    });

    /// <summary>Damages what one entry holds.</summary>
    public static byte[] MutateContent(byte[] input, Draw draw) => Change(input, draw, items =>
    {
        var at = draw.Below(items.Count);
        Mutator mutator = Path.GetExtension(items[at].Name) switch
        {
            ".pkl" => PickleOpcodes.Mutate,
            ".png" => PngChunks.Mutate,
            ".jsonl" => JsonValues.Mutate,
            _ => BitFlips.Mutate,
        };
        items[at] = items[at] with { Content = mutator(items[at].Content, draw) };
    });

    private static byte[] Change(byte[] input, Draw draw, Action<List<Item>> change)
    {
        if (Read(input) is not { Count: > 0 } items)
            return BinaryNumbers.Mutate(input, draw);
        change(items);
        var level = draw.OneIn(4) ? CompressionLevel.Fastest : CompressionLevel.NoCompression;
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var item in items)
            {
                var entry = archive.CreateEntry(item.Name, level);
                entry.LastWriteTime = Time;
                using var stream = entry.Open();
                stream.Write(item.Content);
            }
        }
        return zip.ToArray();
    }

    /// <summary>The entries; <see langword="null"/> where an earlier mutation left no sound zip.</summary>
    private static List<Item>? Read(byte[] input)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(input));
            return archive.Entries.Count > 10_000 || archive.Entries.Sum(entry => entry.Length) > MostBytes ? null
                : [.. from entry in archive.Entries where entry.FullName.Length > 0 select new Item(entry.FullName, Content(entry))];
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException
            or OverflowException)
        {
            return null;
        }
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }
}
