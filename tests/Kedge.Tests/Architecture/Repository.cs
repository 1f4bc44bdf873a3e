using Kedge.Tests.Support;

namespace Kedge.Tests.Architecture;

/// <summary>The files of the checkout that were written by hand.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["bin", "obj", "buildTransitive"];

    public static string Root { get; } = Path.GetFullPath(Path.Combine(TestData.Folder, "..", "..", ".."));

    /// <summary>The C# files below a folder of the checkout, by their paths from there, with slashes.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Path.Combine(Root, folder), path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Intersect(Generated).Any())
            .Order(StringComparer.Ordinal);

    /// <summary>A project below <c>src</c>.</summary>
    public static ProjectSources Project(string name) =>
        new(Sources($"src/{name}").ToDictionary(path => path, path => File.ReadAllText(Path.Combine(Root, "src", name, path))));
}
