using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Kedge.Clip.Relevance;
using Kedge.FewShot;
using Kedge.Imaging;
using Kedge.Interpretation;
using Kedge.Methods;
using Kedge.Persistence;
using Kedge.Reports.Explanations;
using Kedge.Runtime;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Reports.Explanations;

public sealed class ExplanationPageTests : IDisposable
{
    private const string Hostile = "<script>alert('1')</script>\"><img src=x onerror=alert(2)> & co";

    private readonly SyntheticTask _synthetic = SyntheticTask.Even(classes: 2, shots: 2);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Path => _folder["why.html"];

    [Theory, InlineData("rtos"), InlineData("tip-adapter")]
    public void Names_from_outside_are_text_and_nothing_else(string method)
    {
        using var classifier =
            Fit(method, [Hostile, $"{Hostile} 2"], _ => $"{Hostile}.jpg", $"[{JsonSerializer.Serialize($"{Hostile} 3")},\"dog\"]");
        var page = Write(classifier, new MemoryImageFile(Hostile, Photo));
        Assert.Empty(page.Descendants("script"));
        Assert.DoesNotContain(page.Descendants("img"),
            image => !image.Attribute("src")!.Value.StartsWith("data:image/jpeg;base64,", StringComparison.Ordinal));
        Assert.DoesNotContain(page.Descendants().Attributes(),
            attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Equal(Hostile, page.Descendants("p").Single(p => p.Attribute("class")?.Value == "name").Value);
        Assert.Contains(page.Descendants("span"), span => span.Value == $"{Hostile}.jpg"[(Hostile.LastIndexOf('/') + 1)..]);
        Assert.Contains(page.Descendants("h2"), heading => heading.Value.StartsWith(Hostile, StringComparison.Ordinal));
        if (method == "rtos")
            Assert.Contains(page.Descendants("th"), cell => cell.Value.StartsWith($"{Hostile} 3", StringComparison.Ordinal));
    }

    [Fact]
    public void Photos_that_are_still_there_are_shown_and_others_named()
    {
        string[] names = ["0.png", "1.png", "2.png", "gone.png"];
        foreach (var name in names.SkipLast(1))
            File.WriteAllBytes(_folder[name], Photo);
        File.WriteAllText(_folder["2.png"], "no picture");
        using var classifier = Fit("rtos", ["cat", "dog"], n => _folder[names[n]]);
        var page = Write(classifier, new MemoryImageFile("new.png", Photo));
        string[] shown = [.. page.Descendants("img").Select(image => System.IO.Path.GetFileName(image.Attribute("title")!.Value)).Order()];
        Assert.Equal(["0.png", "1.png", "new.png"], shown);
        string[] missing =
            [.. page.Descendants("span").Where(span => span.Attribute("class")?.Value == "missing").Select(span => span.Value).Order()];
        Assert.Equal(["2.png", "gone.png"], missing);
    }

    [Theory, InlineData("rtos"), InlineData("tip-adapter-f")]
    public void The_points_of_each_column_add_up_to_the_last_row(string method)
    {
        using var classifier = Fit(method, ["cat", "dog"], n => $"{n}.png");
        var table = Write(classifier, new MemoryImageFile("new.png", Photo)).Descendants("table").First();
        foreach (var column in (int[])[1, 2])
        {
            decimal Number(XElement row) =>
                decimal.Parse(row.Elements("td").ElementAt(column).Value, System.Globalization.CultureInfo.InvariantCulture);
            var rows = table.Element("tbody")!.Elements("tr").ToList();
            Assert.True(rows.Count > 2);
            Assert.Equal(Number(table.Element("tfoot")!.Element("tr")!), rows.Sum(Number));
        }
    }

    [Fact]
    public void Without_images_the_page_shows_the_anchors()
    {
        using var classifier = Fit("rtos", ["cat", "dog"], n => $"{n}.png");
        ExplanationPage.Write(Path, Card, [], new AnchorDescriber(classifier, _synthetic.Tower).Describe(cancellation: Stop));
        var page = Read();
        Assert.NotNull(page.Descendants("details").Single().Attribute("open"));
        Assert.Equal(classifier.Anchors!.Names.Count, page.Descendants("tbody").Single().Elements("tr").Count());
        Assert.Empty(page.Descendants("section"));
    }

    [Fact]
    public void A_place_that_cannot_be_written_to_is_said_and_nothing_stays()
    {
        using var classifier = Fit("rtos", ["cat", "dog"], n => $"{n}.png");
        Assert.Throws<KedgeException>(() => ExplanationPage.Write(_folder["none/why.html"], Card, [], []));
        Assert.Throws<KedgeException>(() => ExplanationPage.Write(_folder.Path, Card, [], []));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    public void Dispose()
    {
        _synthetic.Dispose();
        _folder.Dispose();
    }

    private static byte[] Photo { get; } = Pictures.Encode(Pictures.Blocks(), SKEncodedImageFormat.Png);

    private static ClassifierCard Card => new()
    {
        Model = Hostile,
        Fingerprint = "",
        Preprocessing = default,
        Support = new(Hostile, 4),
        CreatedBy = "test",
    };

    private FewShotClassifier Fit(string method, string[] classNames, Func<int, string> name, string? anchors = null)
    {
        var task = _synthetic.Task;
        var named = new FewShotTask(
            new(task.Support.Features, task.Support.Labels) { Names = [.. Enumerable.Range(0, task.Support.Count).Select(name)] },
            new(classNames, task.Classes.Features, task.Classes.LogitScale, task.Classes.Templates),
            new() { TextTower = task.Encoder?.TextTower });
        JsonElement? options = method == "rtos"
            ? JsonDocument.Parse($$"""{"steps":1{{(anchors is null ? "" : $",\"anchors\":{anchors}")}}}""").RootElement
            : null;
        return MethodCatalog.Default.Create(method, options).Fit(named, cancellation: Stop);
    }

    private XDocument Write(FewShotClassifier classifier, ImageFile image)
    {
        var decision = Decision.Explain(classifier, _synthetic.Queries)[0];
        var descriptions = classifier.Anchors is null ? [] : new AnchorDescriber(classifier, words: []).Describe(cancellation: Stop);
        ExplanationPage.Write(Path, Card, [new(image, decision, new PatchMap(2, [0, 1, 2, 1]))], descriptions);
        return Read();
    }

    /// <summary>
    /// The page is well-formed XML too, so that a parser that forgives nothing can say what is in it.
    /// </summary>
    private XDocument Read()
    {
        using var reader = XmlReader.Create(Path, new() { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }
}
