using System.IO.Compression;
using Kedge.Tests.Support;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Zips of photos.</summary>
internal static class Archives
{
    /// <summary>A photo of 2 × 2 pixels.</summary>
    public static byte[] Photo { get; } = Pictures.Png(2, 2, 8, 2, [.. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))]);

    public static IReadOnlyList<byte[]> Photos =>
    [
        Zip(CompressionLevel.NoCompression, "a/0.png", "a/1.png", "b/0.png", "b/1.png"),
        Zip(CompressionLevel.Optimal, "pets/train/cat/0.png", "pets/train/dög/0.png", "pets/test/cat/1.png", "pets/test/dög/1.png",
            "pets/readme.txt"),
    ];

    public static byte[] Of(params string[] names) => Zip(CompressionLevel.NoCompression, names);

    private static byte[] Zip(CompressionLevel level, params string[] names)
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                var entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same bytes every time
                using var stream = entry.Open();
                stream.Write(Photo);
            }
        }
        return zip.ToArray();
    }
}
