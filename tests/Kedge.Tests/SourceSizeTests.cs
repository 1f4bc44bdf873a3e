using Kedge.Tests.Architecture;

namespace Kedge.Tests;

/// <summary>Files stay small: a file is one concept.</summary>
public class SourceSizeTests
{
    private const int MaxMedian = 60;
    private const int MaxOfNineInTen = 130;
    private const int Max = 250;

    [Fact]
    public void Files_stay_small()
    {
        var files = Repository.Sources("src")
            .Select(file => (file, lines: File.ReadLines(Path.Combine(Repository.Root, "src", file)).Count()))
            .OrderBy(found => found.lines).ToArray();
        Assert.InRange(files[files.Length / 2].lines, 1, MaxMedian);
        Assert.InRange(files[files.Length * 9 / 10].lines, 1, MaxOfNineInTen);
        Assert.All(files, found => Assert.True(found.lines <= Max, $"src/{found.file} has {found.lines} lines, more than {Max}."));
    }
}
