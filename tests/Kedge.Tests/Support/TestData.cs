using System.Runtime.CompilerServices;

namespace Kedge.Tests.Support;

/// <summary>The small golden files that are committed with the tests; they are always there.</summary>
internal static class TestData
{
    public static string Folder { get; } = Path.Combine(ProjectFolder(), "data");

    /// <summary>A path below <c>tests/Kedge.Tests/data</c>.</summary>
    public static string Of(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>A path below <c>tests/Kedge.Tests/data/small</c>.</summary>
    public static string Small(params string[] parts) => Of(["small", .. parts]);

    internal static string ProjectFolder([CallerFilePath] string here = "") => Path.GetDirectoryName(Path.GetDirectoryName(here))!;
}

/// <summary>
/// References and photos too big to commit, beside the checkout; tests that use them skip where they are absent.
/// </summary>
internal static class SharedData
{
    public const string Absent = "The folder ../shared (references and photos too big to commit) is not beside the checkout.";

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(TestData.ProjectFolder(), "..", "..", "..", "shared"));

    public static bool Exists => Directory.Exists(Folder);

    /// <summary>A path below <c>../shared</c>.</summary>
    public static string Get(params string[] parts) => Path.Combine([Folder, .. parts]);
}
