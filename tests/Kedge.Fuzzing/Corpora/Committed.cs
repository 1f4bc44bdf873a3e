using Kedge.Tests.Support;

namespace Kedge.Fuzzing.Corpora;

/// <summary>Files that are committed with the tests.</summary>
internal static class Committed
{
    public static byte[] Image(string name) => File.ReadAllBytes(TestData.Small("images", name));

    /// <summary>A file that an earlier Kedge wrote.</summary>
    public static byte[] Older(params string[] parts) => File.ReadAllBytes(TestData.Of(["compatibility", .. parts]));

    /// <summary>The classifiers that an earlier Kedge wrote, of a size.</summary>
    public static IReadOnlyList<byte[]> Classifiers(int least, int most) =>
    [
        .. Directory.EnumerateFiles(TestData.Of("compatibility", "classifiers"), "*.kedge").Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Where(bytes => bytes.Length >= least && bytes.Length < most),
    ];
}
