using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Kedge.Cli.Output;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Methods;
using Kedge.Tests.Support;

namespace Kedge.Tests.Docs;

/// <summary>What README and docs say of the code is so.</summary>
public partial class DocumentationTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(TestData.Folder, "..", "..", ".."));

    public static TheoryData<string> Documents { get; } =
    [
        .. Directory.GetFiles(Root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Append(Path.Combine(Root, "src", "Kedge", "PACKAGE.md"))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        var path = Path.Combine(Root, document);
        foreach (var link in Link().Matches(File.ReadAllText(path))
            .Select(match => match.Groups["target"].Value).Where(target => !target.StartsWith("https://", StringComparison.Ordinal)))
        {
            var parts = link.Split('#');
            var target = parts[0].Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, parts[0]);
            Assert.True(Path.Exists(target), $"{document} links to {link}, which is not there.");
            if (parts.Length > 1)
                Assert.Contains(parts[1], File.ReadLines(target).Where(line => line.StartsWith('#')).Select(Anchor));
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Code_is_that_of_the_file_it_names(string document)
    {
        foreach (Match code in Code().Matches(File.ReadAllText(Path.Combine(Root, document))))
            Assert.Equal(File.ReadAllText(Path.Combine(Root, code.Groups["path"].Value)), code.Groups["code"].Value);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Commands_are_used_as_the_program_wants_them(string document)
    {
        foreach (Match command in Command().Matches(File.ReadAllText(Path.Combine(Root, document))))
        {
            var arguments = CommandLineParser.SplitCommandLine(command.Groups["arguments"].Value).TakeWhile(argument => argument != "|");
            var run = CliRun.Of([.. arguments], input: "", cancelled: true);
            Assert.True(run.ExitCode != ExitCode.WrongUsage, $"{document}: {command.Value}\n{run.Error}");
        }
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/methods.md")]
    public void Every_method_has_its_row_and_no_row_is_of_another(string document) => Assert.Equal(
        MethodCatalog.Default.Names.Order(),
        Rows(document).Where(row => row[^1].Contains(".cs)", StringComparison.Ordinal))
            .Select(row => MethodName().Match(row[0]).Value).Order());

    [Fact]
    public void Every_published_architecture_has_its_row()
    {
        var rows = Rows("README.md").Where(row => row.Length == 5).ToDictionary(row => row[0]);
        foreach (var (name, preset) in ClipPresets.All)
            Assert.Equal([name, preset.Vision is ResNetConfiguration ? "ResNet" : "ViT",
                $"{preset.Vision.Resolution}", $"{preset.FeatureWidth}"], rows[name][..4]);
    }

    /// <summary>The rows of a document's tables, as cells.</summary>
    private static IEnumerable<string[]> Rows(string document) => File.ReadLines(Path.Combine(Root, document))
        .Where(line => line.StartsWith('|'))
        .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    /// <summary>The anchor that a heading gets: its words in lower case, joined by hyphens.</summary>
    private static string Anchor(string heading) =>
        NoAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"<!-- code: (?<path>\S+) -->\n```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^    (out/kedge|dotnet run .*?src/Kedge.Cli --) (?<arguments>.*)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<=^`)[^`]+(?=`)")]
    private static partial Regex MethodName();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex NoAnchor();
}
