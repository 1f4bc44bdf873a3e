using System.Xml;
using System.Xml.Linq;
using Kedge.Evaluation;
using Kedge.Experiments;
using Kedge.FewShot;
using Kedge.Reports.Comparisons;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Reports.Comparisons;

public sealed class ComparisonPageTests : IDisposable
{
    private const string Hostile = "<script>alert('1')</script>\"><img src=x onerror=alert(2)> & co";

    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 2, shots: 2);
    private readonly TemporaryFolder _folder = new();
    private readonly Tensor _labels;

    public ComparisonPageTests() =>
        _labels = tensor(_synthetic.QueryLabels.Select(label => (long)label).ToArray()).DetachFromDisposeScope();

    [Fact]
    public void Names_from_outside_are_text_and_nothing_else()
    {
        var page =
            Write(Report(Hostile, ["zero-shot", Hostile], Row("zero-shot", 1, 1, 50), Row(Hostile, 1, 1, 70), Row(Hostile, 1, 2, null)));
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("img"));
        Assert.DoesNotContain(page.Descendants().Attributes(),
            attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Equal($"2 methods on {Hostile}", page.Descendants("h1").Single().Value);
        Assert.Equal(Hostile, page.Descendants("h2").Single().Value);
        Assert.Equal(Hostile, page.Descendants("code").Single().Value);
        Assert.Contains(page.Descendants("dd"), fact => fact.Value == $"{Hostile} (fingerprint {Hostile})");
        Assert.Equal($"What {Hostile} takes for what", page.Descendants("h3").Last().Value);
        Assert.Equal($"1 of 3 {Hostile} taken for {Hostile} 2", Assert.Single(page.Descendants("ol").Single().Elements()).Value);
        Assert.Contains($"{Hostile}, 1 shot, seed 2: {Hostile}", page.Descendants("li").Select(item => item.Value));
    }

    [Fact]
    public void Every_figure_is_that_of_the_tables()
    {
        var report = Report("photos", ["zero-shot", "tip"],
            Row("zero-shot", 1, 1, 50.04), Row("zero-shot", 1, 2, 50.04), Row("zero-shot", 2, 1, 50.04), Row("zero-shot", 2, 2, null),
            Row("tip", 1, 1, 61.26), Row("tip", 1, 2, 63.13), Row("tip", 2, 1, 70), Row("tip", 2, 2, 66.6));
        var tables = Write(report).Descendants("table").Where(table => table.Attribute("class")?.Value == "figures").ToArray();
        string[][] written = [.. report.Tables.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
        string[][] shown =
            [.. tables.SelectMany(table => table.Descendants("tr")).Select(row => row.Elements().Select(cell => cell.Value).ToArray())];
        Assert.Equal(written[..3], shown[..3]);
        Assert.Equal(["tip", "62.2 ± 1.3", "68.3 ± 2.4"], shown[2]);
        Assert.Equal(["method", "1 shot", "2 shots", "numbers", "chosen on"], shown[3]);
        Assert.Equal(["tip", "12.50 / 0.25", "12 / 0.25", "1,024 – 2,048", "support set"],
            shown[5][..1].Concat(["12.50 / 0.25", "12 / 0.25"]).Concat(shown[5][3..]));
        Assert.Equal(written[4..].Select(row => row[..3].Append(row[^1])), shown[4..].Select(row => row[..3].Append(row[^1])));
        Assert.Equal(["62.2 ± 1.3", "68.3 ± 2.4"], tables[0].Descendants("b").Select(best => best.Value));
    }

    [Fact]
    public void Differences_to_the_best_are_those_of_the_tables()
    {
        var report = Report("photos", ["zero-shot", "tip"],
            Row("zero-shot", 1, 1, 50) with { Correct = CorrectnessBits.Write([true, false, true, false]) },
            Row("tip", 1, 1, 75) with { Correct = CorrectnessBits.Write([true, true, true, false]) });
        var page = Write(report);
        var shown = page.Descendants("h3").First(heading => heading.Value == "Which differences are real")
            .ElementsAfterSelf("div").First().Descendants("td").Select(cell => cell.Value);
        string[] written = ["−25.0 [−75.0, 0.0], p 0.635", "best"]; // of all resamples there are: 2 · (3/4)⁴ = 0.633
        Assert.Equal(written, shown);
        Assert.All(written, cell => Assert.Contains($" {cell} |", report.Tables, StringComparison.Ordinal));
        Assert.Contains($"\n{ComparisonTexts.DifferencesCaption}\n", report.Tables, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_what_was_compared()
    {
        var facts = Write(Report("photos", ["zero-shot"], Row("zero-shot", 1, 1, 50)))
            .Descendants("dl").Single().Elements().Select(fact => fact.Value).ToArray();
        Assert.Equal(
            ["command", Hostile, "model", $"{Hostile} (fingerprint {Hostile})",
                "data", $"photos: 2 classes, {_synthetic.QueryLabels.Length} test images",
                "shots", "1, 2", "seeds", "1, 2", "templates", .. _synthetic.Task.Classes.Templates.DefaultIfEmpty("unknown"),
                "made with", "Kedge 0.1.0"], facts);
    }

    [Fact]
    public void It_asks_for_nothing_from_elsewhere()
    {
        Write(Report("photos", ["zero-shot"], Row("zero-shot", 1, 1, 50)));
        var text = File.ReadAllText(_folder["report.html"]);
        Assert.Contains("content=\"default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'\"",
            text, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_map_of_mistakes_is_of_the_best_method_with_the_most_shots_over_all_seeds()
    {
        var page = Write(Report("photos", ["zero-shot", "tip"], Row("zero-shot", 1, 1, 99),
            Row("zero-shot", 2, 1, 50), Row("tip", 1, 1, 10), Row("tip", 2, 1, 60), Row("tip", 2, 2, 70)));
        Assert.Equal("What tip takes for what", page.Descendants("h3").Last().Value);
        var figure = page.Descendants("figure").Single();
        Assert.Equal("With 2 shots, added up over 2 draws.", figure.ElementsBeforeSelf("p").Last().Value);
        Assert.Equal(["4", "2", "2"], figure.Descendants("text")
            .Where(text => text.Attribute("class")!.Value.StartsWith("count", StringComparison.Ordinal)).Select(text => text.Value));
        Assert.Equal(["0.816", "0.577", "1"],
            figure.Descendants("rect").Select(cell => cell.Attribute("fill-opacity")?.Value).OfType<string>()); // √⅔, √⅓, 1
    }

    [Fact]
    public void Without_counts_there_is_no_map_and_without_curves_no_curve() =>
        Assert.Empty(Write(Report("photos", ["zero-shot"], Row("zero-shot", 1, 1, 50) with { Confusion = null })).Descendants("figure"));

    [Fact]
    public void A_curve_stands_in_its_tasks_section()
    {
        var report = Report("photos", ["zero-shot"], Row("zero-shot", 1, 1, 50) with { Task = "a" }, Row("zero-shot", 1, 1, 50) with
        {
            Task = "b",
        });
        ComparisonPage.Write(_folder["report.html"], report, new Dictionary<string, string> { ["b"] = "<svg><text>drawn</text></svg>" });
        var sections = Read().Descendants("section").ToArray();
        Assert.DoesNotContain(sections[0].Descendants("text"), text => text.Value == "drawn");
        Assert.Contains(sections[1].Descendants("text"), text => text.Value == "drawn");
    }

    [Fact]
    public void A_hundred_classes_have_their_names_and_no_counts_in_the_map()
    {
        int[] classes = [.. Enumerable.Range(0, 100)];
        string[] names = [.. classes.Select(c => $"class number {c}")];
        var picture = XElement.Parse(
            $"<div>{ConfusionPicture.Draw(ConfusionMatrix.Count(classes, [.. classes.Select(c => c / 2)], 100), names).Markup}</div>");
        Assert.Equal(200, picture.Descendants("text").Count());
        Assert.Equal(100, picture.Descendants("title").Count());
        Assert.Equal(10, picture.Descendants("li").Count());
        Assert.Equal("1 of 1 class number 1 taken for class number 0", picture.Descendants("li").First().Value);
    }

    public void Dispose()
    {
        _labels.Dispose();
        _synthetic.Dispose();
        _folder.Dispose();
    }

    private static ComparisonRow Row(string method, int shots, int seed, double? accuracy) => new()
    {
        Method = method,
        Task = "photos",
        Shots = shots,
        Seed = seed,
        Accuracy = accuracy,
        FitSeconds = accuracy is null ? null : 12.5,
        PredictSeconds = accuracy is null ? null : 0.25,
        Selection = accuracy is null ? null : "support set",
        Numbers = accuracy is null ? null : 1024 * shots,
        Confusion = accuracy is null ? null : ConfusionMatrix.Count([0, 0, 0, 1], [0, 0, 1, 1], 2),
        Error = accuracy is null ? Hostile : null,
        Support = 2 * shots,
        Queries = 4,
        Model = "m",
        ModelFingerprint = "f",
        TaskFingerprint = "t",
    };

    private ComparisonReport Report(string name, string[] methods, params ComparisonRow[] rows)
    {
        var task = _synthetic.Task;
        var named = new FewShotTask(new(task.Support.Features, task.Support.Labels),
            new([Hostile, $"{Hostile} 2"], task.Classes.Features, task.Classes.LogitScale, task.Classes.Templates));
        ComparisonTask Draw(string task, int shots, int seed) =>
            new(task, shots, seed, Hostile, Hostile, "task", named, new LabelledFeatures(_synthetic.Queries, _labels));
        ComparisonRow[] ofTask = [.. rows.Select(row => row.Task == "photos" ? row with { Task = name } : row)];
        var draws = ofTask.Select(row => row.Task).Distinct().SelectMany(task => (ComparisonTask[])[Draw(task, 1, 1), Draw(task, 2, 2)]);
        return new(new Comparison([.. methods.Select(method => new MethodVariant(method, new ZeroShot()))], [.. draws]), ofTask, Hostile);
    }

    private XDocument Write(ComparisonReport report)
    {
        ComparisonPage.Write(_folder["report.html"], report);
        return Read();
    }

    /// <summary>
    /// The page is well-formed XML too, so that a parser that forgives nothing can say what is in it.
    /// </summary>
    private XDocument Read()
    {
        using var reader = XmlReader.Create(_folder["report.html"], new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
