using Kedge.Tests.Architecture;

namespace Kedge.Tests;

/// <summary>Files stay small, as a file is one concept, and lines fit beside another file on a screen.</summary>
public class SourceSizeTests
{
    private const int MaxMedian = 60;
    private const int MaxOfNineInTen = 130;
    private const int Max = 250;
    private const int MaxColumns = 140;
    private const int MaxColumnsOfDocumentation = 120;

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

    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("benchmarks")]
    [InlineData("samples")]
    [InlineData("eng")]
    public void Lines_stay_narrow(string folder)
    {
        var wide =
            from file in Repository.Sources(folder)
            from line in WideLines.Find(File.ReadAllText(Path.Combine(Repository.Root, folder, file)),
                MaxColumns, MaxColumnsOfDocumentation)
            select $"{folder}/{file}:{line.Number}: {line.Columns} columns, more than {line.Most}";
        var found = string.Join('\n', wide);
        Assert.True(found.Length == 0, found);
    }

    [Fact]
    public void Texts_that_cannot_be_broken_may_be_wide()
    {
        const string source = """"
            /// <summary>A</summary>
            /// <summary>A longer one</summary>
            class A
            {
                string raw = """012345678901234567890123456789""";
                string plain = "0123456789" + "0123456789";
            }
            """";
        Assert.Equal([new(2, 35, 30), new(6, 47, 40)], WideLines.Find(source, most: 40, mostOfDocumentation: 30));
    }
}
