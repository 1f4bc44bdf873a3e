using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

public sealed class DemoCommandTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void The_demo_compares_writes_its_page_and_says_what_to_do_next()
    {
        var folder = _scratch["demo"];
        var run = Demo(folder);
        foreach (var method in
            (string[])["zero-shot", "tip-adapter", "rtos[start=noise;steps=0]", "rtos[start=words;steps=0]", "rtos", "rtos+"])
            Assert.Contains($"| {method.PadRight(25)} |", run.Out, StringComparison.Ordinal);
        Assert.EndsWith($"""
            page        {folder}/report.html: curves, mistakes, anchors in words, pictures
            classifier  {folder}/shapes.kedge: RTOS from 2 drawings a shape

            Next, with photos of your own, a folder for each class:
                kedge fit --data PHOTOS --out mine.kedge
                kedge predict --classifier mine.kedge NEW.jpg
            With a published CLIP, which kedge fit takes by --model, expect far better figures on photos.

            """, run.Out, StringComparison.Ordinal);
        var page = File.ReadAllText(Path.Combine(folder, "report.html"));
        string[] parts = ["Kedge learns twelve shapes", "mushroom", "How often each method is right",
            "<svg", "class=\"confusion\"", "Why?", "data:image/jpeg;base64,", "The 12 anchors"];
        Assert.All(parts, part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.Contains("heart", CliRun.Done("predict", "--classifier", Path.Combine(folder, "shapes.kedge"),
            Directory.GetFiles(Path.Combine(folder, "drawings/test/heart"))[0]));

        var json = Demo(folder, "--json").Out; // nothing is run again
        Assert.Equal(6, JsonDocument.Parse(json).RootElement.GetProperty("rows").GetArrayLength());
        Snapshot.Match(JsonOutputTests.Shape(json, folder), "Cli", "json-demo.txt");
    }

    [Fact]
    public void A_place_that_is_a_file_is_refused()
    {
        var place = _scratch.Write("place", "a file");
        Assert.Equal(1, CliRun.Of("demo", "--out", place).ExitCode);
        Assert.Equal("a file", File.ReadAllText(place));
    }

    private static CliRun Demo(string folder, params string[] more)
    {
        var run = CliRun.Of(["demo", "--out", folder, "--shots", "2", "--seeds", "1", .. more]);
        Assert.Equal(0, run.ExitCode);
        return run;
    }
}
