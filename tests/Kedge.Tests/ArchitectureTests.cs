using Kedge.Tests.Architecture;

namespace Kedge.Tests;

/// <summary>The floors of docs/architecture.md: a folder names what is on lower floors, and nothing else.</summary>
public class ArchitectureTests
{
    /// <summary>The one type of the library's root that everything may name.</summary>
    private const string NamedByAll = nameof(KedgeException);

    private static readonly string[] Projects = ["Kedge", "Kedge.Cli"];

    /// <summary>
    /// Exceptions, as <c>PROJECT: PART → PART</c>: there are none, and a design that needs one
    /// is to be changed instead.
    /// </summary>
    private static readonly string[] Known = [];

    /// <summary>Arrows as in <see cref="Known"/>, each with a sentence that says where.</summary>
    private static readonly Lazy<IReadOnlyList<(string Arrow, string Sentence)>> Upward = new(() => [.. Projects.SelectMany(FindUpward)]);

    public static TheoryData<string> AllProjects => [.. Projects];

    public static TheoryData<string> KnownArrows => [.. Known.DefaultIfEmpty("")];

    [Fact]
    public void Folders_name_lower_floors_only()
    {
        var found = Upward.Value.Where(upward => !Known.Contains(upward.Arrow)).Select(upward => upward.Sentence).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Theory]
    [MemberData(nameof(KnownArrows))]
    public void An_exception_that_is_known_still_occurs(string arrow)
    {
        var occurs = arrow.Length == 0 || Upward.Value.Any(upward => upward.Arrow == arrow);
        Assert.True(occurs, $"{arrow} no longer occurs: take it off the list.");
    }

    [Theory]
    [MemberData(nameof(AllProjects))]
    public void Every_folder_has_its_floor_and_every_floor_its_folder(string project)
    {
        var folders = Repository.Sources($"src/{project}").SelectMany(file => Above(FolderOf(file))).Distinct();
        Assert.Equal(folders.Order(StringComparer.Ordinal), Floors(project).Folders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_upward_arrow_is_found_however_the_type_is_reached()
    {
        var sources = new ProjectSources(new Dictionary<string, string>
        {
            ["High/Tower.cs"] = "namespace House.High; class Tower { } static class Bells { static int Ring(this string rope) => 1; }",
            ["Low/Using.cs"] = "using House.High;\nnamespace House.Low; class Using { Tower tower; }",
            ["Low/Inner.cs"] = "namespace House.High.Inner;\nclass Inner { object Tower = new Tower(); Tower tower; }",
            ["Low/Qualified.cs"] = "namespace House.Low;\nclass Qualified { object tower = High.Tower.Top; }",
            ["Low/Alias.cs"] = "using Spire = House.High.Tower;\nnamespace House.Low; class Alias { Spire spire; }",
            ["Low/Extension.cs"] = "using House.High;\nnamespace House.Low; class Extension { string s = $\"a {\"rope\".Ring()}\"; }",
            ["Low/Text.cs"] = "using House.High;\nnamespace House.Low; /* Tower */ class Text { string s = \"Tower\"; } // Bells",
            ["Low/Label.cs"] = "using House.High;\nnamespace House.Low; class Label { object o = new Other { Tower = M(Tower: 1) }; }",
            ["Low/Unseen.cs"] = "namespace House.Low; class Unseen { Tower ofAnotherProject; }",
        });
        Assert.Equal(
            [
                "Low/Using.cs:2: Tower", "Low/Inner.cs:2: Tower", "Low/Qualified.cs:2: Tower",
                "Low/Alias.cs:1: Tower", "Low/Alias.cs:2: Tower", "Low/Extension.cs:2: Ring",
            ],
            sources.Mentions().Select(mention => $"{mention.File}:{mention.Line}: {mention.Name}"));
    }

    [Theory]
    [InlineData("A", "B", "A", "B")]
    [InlineData("A/B", "A/C", "A/B", "A/C")]
    [InlineData("A/B", "A", "A/B", "A/*.cs")]
    [InlineData("A/B/C", "D/E", "A", "D")]
    [InlineData("A", "", "A", "*.cs")]
    public void An_arrow_is_between_siblings(string from, string to, string fromPart, string toPart) =>
        Assert.Equal((fromPart, toPart), FloorTable.Parts(from, to));

    private static IEnumerable<(string Arrow, string Sentence)> FindUpward(string project)
    {
        var floors = Floors(project);
        foreach (var mention in Repository.Project(project).Mentions().Where(mention => mention.Name != NamedByAll))
        {
            if (FloorTable.Parts(FolderOf(mention.File), FolderOf(mention.Declared)) is not var (from, to) || floors[from] > floors[to])
                continue;
            yield return (
                $"{project}: {from} → {to}",
                $"src/{project}/{mention.File}:{mention.Line}: {from} names {mention.Name} of {to} " +
                    $"(floor {FloorTable.Name(floors[from])} names floor {FloorTable.Name(floors[to])})");
        }
    }

    private static FloorTable Floors(string project) =>
        FloorTable.Read(File.ReadLines(Path.Combine(Repository.Root, "docs", "architecture.md")), project);

    private static string FolderOf(string file) => file.Contains('/') ? file[..file.LastIndexOf('/')] : "";

    /// <summary>A folder and those that it lies in.</summary>
    private static IEnumerable<string> Above(string folder) =>
        folder.Length == 0 ? [] : folder.Split('/').Select((_, i) => string.Join('/', folder.Split('/')[..(i + 1)]));
}
