using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>Two classes of one name, lists of names, names with commas and with what a terminal obeys.</summary>
public sealed class ClassNamesTests : IDisposable
{
    private const double Rounding = 1e-6; // two rows of one product differ in the last bits

    private static readonly string[] Names = ["crane (apple)", "crane (leaf)", "sea lion"];

    private readonly PhotoFolder _photos = PhotoFolder.WithParts(photos: 2);

    public void Dispose() => _photos.Dispose();

    [Fact]
    public void Two_classes_of_one_name_are_fitted_evaluated_predicted_and_explained()
    {
        var fit = Run(["fit", .. Data(), "--shots", "2", "--method", "tip-adapter", "--out", _photos["p.kedge"], "--json"]);
        Assert.Equal(Names, Texts(fit, "classNames"));
        var evaluated = Run(["evaluate", "--classifier", _photos["p.kedge"], "--json", .. Data()[..^2]]);
        Assert.Equal(Names, Texts(evaluated, "classNames"));
        Assert.Equal(1, evaluated.GetProperty("top1").GetDouble());
        Assert.Contains("  crane (leaf)\n", CliRun.Done("predict", "--classifier", _photos["p.kedge"], Photo), StringComparison.Ordinal);
        Assert.Contains("crane (apple)", CliRun.Done("explain", "--classifier", _photos["p.kedge"], Photo), StringComparison.Ordinal);
    }

    [Fact]
    public void CLIP_reads_the_name_without_the_id()
    {
        Run(["fit", .. Data(), "--method", "zero-shot", "--out", _photos["p.kedge"], "--json"]);
        var predicted = JsonDocument.Parse(CliRun.Done("predict", "--classifier", _photos["p.kedge"], "--json", Photo)).RootElement;
        var cranes = predicted.GetProperty("classes").EnumerateArray()
            .Where(c => c.GetProperty("class").GetString()!.StartsWith("crane", StringComparison.Ordinal))
            .Select(c => c.GetProperty("probability").GetDouble()).ToArray();
        Assert.Equal(cranes[0], cranes[1], Rounding);
    }

    [Fact]
    public void Tasks_and_comparisons_have_two_classes_of_one_name()
    {
        var task = Run(["task", .. Data(), "--shots", "2", "--out", _photos["p.safetensors"], "--json"]);
        Assert.Equal(Names, Texts(task, "classNames"));
        CliRun.Done("fit", "--task", _photos["p.safetensors"], "--method", "rtos-names", "--out", _photos["t.kedge"]);
        Assert.Contains("crane (leaf)", CliRun.Done("evaluate", "--classifier", _photos["t.kedge"], "--task", _photos["p.safetensors"]),
            StringComparison.Ordinal);
        var compared = CliRun.Of(["compare", .. Data(), "--methods", "zero-shot,nearest-class-mean", "--shots", "1", "--seeds", "1",
            "--out", _photos["comparison"]]);
        Assert.Equal(0, compared.ExitCode);
        Assert.Contains("crane (leaf)", File.ReadAllText(Path.Combine(_photos["comparison"], "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_file_may_have_a_name_twice()
    {
        using var file = new TaskFile().With("class_names", """["crane","dog","crane"]""");
        CliRun.Done("fit", "--task", file.Write(), "--method", "nearest-class-mean", "--out", file["t.kedge"]);
        Assert.Equal(["crane (0)", "dog", "crane (2)"],
            Texts(Run(["evaluate", "--classifier", file["t.kedge"], "--task", file.Path, "--json"]), "classNames"));
    }

    [Fact]
    public void A_data_set_with_one_of_the_two_is_measured_by_the_id()
    {
        Run(["fit", .. Data(), "--shots", "2", "--method", "nearest-class-mean", "--out", _photos["p.kedge"], "--json"]);
        Directory.Delete(Path.Combine(_photos.Data, "train", "leaf"), recursive: true);
        Directory.Delete(Path.Combine(_photos.Data, "test", "leaf"), recursive: true);
        var evaluated = Run(["evaluate", "--classifier", _photos["p.kedge"], "--json", .. Data()[..^2]]);
        Assert.Equal(1, evaluated.GetProperty("top1").GetDouble());
    }

    [Theory]
    [InlineData("--classes", "\"kite, bird of prey\",leaf")]
    [InlineData("--classes", "leaf", "--classes", "\"kite, bird of prey\"")]
    [InlineData("--classes-file", "names.txt")]
    [InlineData("--classes", "leaf", "--classes-file", "kite.txt")]
    public void A_name_may_have_a_comma(params string[] classes)
    {
        File.WriteAllText(_photos["names.txt"], "leaf\n\nkite, bird of prey\n");
        File.WriteAllText(_photos["kite.txt"], "kite, bird of prey\n");
        var predicted = CliRun.Done(["classify", Photo, "--model", PhotoFolder.Clip, "--json",
            .. classes.Select(text => text.EndsWith(".txt", StringComparison.Ordinal) ? _photos[text] : text)]);
        Assert.Equal(["kite, bird of prey", "leaf"], JsonDocument.Parse(predicted).RootElement.GetProperty("classes").EnumerateArray()
            .Select(c => c.GetProperty("class").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_that_CLIP_reads_alike_are_told()
    {
        var run = CliRun.Of("classify", Photo, "--model", PhotoFolder.Clip, "--classes", "Leaf,leaf,apple");
        Assert.Equal((0, "Note: CLIP reads the names of these classes alike, and photos alone tell them apart: 'Leaf' and 'leaf'.\n"),
            (run.ExitCode, run.Error));
    }

    [Fact]
    public void What_a_terminal_obeys_does_not_reach_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        var hostile = Path.Combine(_photos.Data, "a\e]0;x\a\nb\u202e.png");
        File.Copy(Photo, hostile);
        string[] command = ["classify", "--model", PhotoFolder.Clip, "--classes", "leaf,\e[31mred"];
        var shown = CliRun.Done([.. command, hostile]);
        Assert.StartsWith(Path.Combine(_photos.Data, "a\\u001b]0;x\\u0007\\u000ab\\u202e.png\n"), shown, StringComparison.Ordinal);
        Assert.Contains("  \\u001b[31mred\n", shown, StringComparison.Ordinal);
        var json = CliRun.Done([.. command, hostile, "--json"]);
        Assert.DoesNotContain(json.TrimEnd('\n'), letter => char.IsControl(letter) || letter == '\u202e');
        Assert.Equal(hostile, JsonDocument.Parse(json).RootElement.GetProperty("image").GetString());
        Assert.Contains("a\\x1b]0;x\\x07 c.png", CliRun.Failed([.. command, Path.Combine(_photos.Data, "a\e]0;x\a\nc.png")]),
            StringComparison.Ordinal);
    }

    private string Photo => Path.Combine(_photos.Data, "test", "leaf", "0.png");

    private string[] Data()
    {
        File.WriteAllText(_photos["list.txt"], "apple crane\nleaf crane\nsea_lion \"sea lion\"\n");
        return ["--data", _photos.Data, "--names", _photos["list.txt"], "--cache", _photos.Cache, "--model", PhotoFolder.Clip];
    }

    private static JsonElement Run(string[] arguments)
    {
        var run = CliRun.Of(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Out).RootElement;
    }

    private static string?[] Texts(JsonElement record, string name) =>
        [.. record.GetProperty(name).EnumerateArray().Select(text => text.GetString())];
}
