namespace Kedge.Tests;

public class PublicApiTests
{
    /// <summary>A new system may add eight; what only the command line needs is internal.</summary>
    private const int MaxTypes = 141;

    [Fact]
    public void The_library_shows_few_types()
    {
        var shown = typeof(KedgeException).Assembly.GetExportedTypes();
        Assert.True(shown.Length <= MaxTypes,
            $"{shown.Length} types are public, at most {MaxTypes} are to be: make internal what no user of the library needs.");
    }
}
