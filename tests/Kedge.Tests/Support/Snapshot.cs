
namespace Kedge.Tests.Support;

/// <summary>
/// Texts kept beside the tests. A missing snapshot is written and fails the test once, to be read and committed; a
/// present one is never overwritten.
/// </summary>
internal static class Snapshot
{
    public static void Match(string text, string folder, string name)
    {
        var path = Path.Combine(TestData.ProjectFolder(), folder, "snapshots", name);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            Assert.Fail($"There was no snapshot {path}; it has been written: read it, and commit it.");
        }
        Assert.Equal(File.ReadAllText(path), text);
    }
}
