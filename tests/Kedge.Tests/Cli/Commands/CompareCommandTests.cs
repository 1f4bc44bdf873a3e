using System.Text.Json;
using Kedge.Experiments;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private static readonly string Shapes = Path.GetFullPath(Path.Combine(TestData.Folder, "..", "..", "..", "samples", "shapes"));

    private readonly TemporaryFolder _folder = new();

    private string Output => _folder["out"];

    [Fact]
    public void Methods_are_compared_over_shots_and_seeds()
    {
        string[] arguments = ["compare", "--data", Shapes, "--model", "kedge-mini", "--methods", "zero-shot,tip-adapter,nearest-class-mean",
            "--precision", "float32", "--shots", "1,2", "--seeds", "1,2", "--cache", _folder["cache"], "--out", Output];
        var tables = CliRun.Done(arguments);
        Assert.Matches(
            @"(?m)^## shapes$[^|]*top-1 accuracy in per cent on \d+ test images, mean ± sample standard deviation over the seeds 1, 2\.",
            tables.Replace("Top", "top", StringComparison.Ordinal));
        foreach (var method in (string[])["zero-shot", "tip-adapter", "nearest-class-mean"])
            Assert.Matches($@"(?m)^\| {method} +\| +\d+\.\d ± \d+\.\d \| +\d+\.\d ± \d+\.\d \|$", tables);

        var report = File.ReadAllText(_folder["out/results.md"]);
        Assert.EndsWith(tables, report, StringComparison.Ordinal);
        foreach (var fact in (string[])[$"    kedge {string.Join(' ', arguments)}\n",
            "- Kedge 0.1.0\n", "- model: kedge-mini (fingerprint ", "- seeds: 1, 2\n", "- templates: a photo of a {}.\n"])
            Assert.Contains(fact, report);

        using var json = JsonDocument.Parse(CliRun.Done([.. arguments, "--json"]));
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(3 * 2 * 2, rows.Length);
        Assert.Equal(
            ["method", "task", "shots", "seed", "accuracy", "balanced_accuracy", "fit_seconds", "predict_seconds", "selection", "error"],
            rows[0].EnumerateObject().Select(key => key.Name));
        Assert.Equal(("zero-shot", "shapes", 1, 1), (rows[0].GetProperty("method").GetString(),
            rows[0].GetProperty("task").GetString(), rows[0].GetProperty("shots").GetInt32(), rows[0].GetProperty("seed").GetInt32()));
        Assert.All(rows, row => Assert.InRange(row.GetProperty("accuracy").GetDouble(), 0, 100));
        Assert.Equal(rows.Length, File.ReadAllLines(_folder["out/rows.jsonl"]).Length);
        Assert.Equal(1 + rows.Length, File.ReadAllLines(_folder["out/results.csv"]).Length);
        using var results = JsonDocument.Parse(File.ReadAllText(_folder["out/results.json"]));
        Assert.Equal(4, results.RootElement.GetProperty("differences").GetArrayLength());
        Assert.All(results.RootElement.GetProperty("rows").EnumerateArray(), row => Assert.NotEmpty(row.GetProperty("right").GetString()!));
        Assert.Equal((6, rows.Length), (results.RootElement.GetProperty("cells").GetArrayLength(),
            results.RootElement.GetProperty("rows").GetArrayLength()));
    }

    [Fact]
    public void Runs_at_once_give_the_rows_of_runs_one_by_one()
    {
        string[] arguments = ["compare", "--data", Shapes, "--model", "kedge-mini", "--methods", "zero-shot,gda,tip-adapter,lp++",
            "--shots", "1,2", "--seeds", "1", "--cache", _folder["cache"], "--json"];
        CliRun.Done([.. arguments, "--threads", "1", "--out", _folder["alone"]]);
        CliRun.Done([.. arguments, "--threads", "2", "--parallel", "2", "--out", Output]);
        string[] Accuracies(string folder) =>
            [.. File.ReadAllLines(_folder[$"{folder}/results.csv"]).Select(line => string.Join(',', line.Split(',')[..5]))];
        Assert.Equal(Accuracies("alone"), Accuracies("out"));
        Assert.Contains("Measured with 2 runs at once", File.ReadAllText(_folder["out/results.md"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Base_to_new_has_a_part_in_every_output()
    {
        string[] arguments = ["compare", "--data", Shapes, "--model", "kedge-mini", "--protocol", "base-to-new",
            "--methods", "zero-shot,tip-adapter", "--shots", "1", "--seeds", "1,2", "--cache", _folder["cache"], "--out", Output];
        var tables = CliRun.Done(arguments);
        Assert.Matches(@"(?m)^\| method +\| base, 1 shot \| +new, 1 shot \| harmonic, 1 shot \|$",
            tables.Replace("  base", " base", StringComparison.Ordinal));
        Assert.Matches(@"(?m)^\| tip-adapter +\| +\d+\.\d ± \d+\.\d \| +failed \| +failed \|$", tables);
        Assert.StartsWith("method,task,part,shots,seed,accuracy,balanced_accuracy,fit_seconds,predict_seconds,selection,error,left_out\n" +
            "zero-shot,shapes,base,1,1,",
            File.ReadAllText(_folder["out/results.csv"]), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(CliRun.Done([.. arguments, "--json"]));
        Assert.Equal(["base", "new", "harmonic"],
            json.RootElement.GetProperty("rows").EnumerateArray().Take(3).Select(row => row.GetProperty("part").GetString()));
        Assert.Contains("harmonic, 1 shot", File.ReadAllText(_folder["out/report.html"]), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out/accuracy-shapes.png"]));
    }

    [Fact]
    public void Other_data_sets_are_tested_on_without_being_drawn_from()
    {
        using var photos = PhotoFolder.WithParts();
        using var others = PhotoFolder.WithParts(photos: 1); // too few to draw two shots from
        string[] from = ["--data", photos.Data, others.Data, "--model", PhotoFolder.Clip,
            "--no-cache", "--methods", "zero-shot,gda", "--shots", "2", "--seeds", "1", "--json"];
        var renamed = Directory.CreateDirectory(_folder["x"]).FullName;
        Directory.Move(others.Data, Path.Combine(renamed, "sketches"));
        from[2] = Path.Combine(renamed, "sketches");
        using var shift = JsonDocument.Parse(CliRun.Done(["compare", .. from, "--protocol", "domain-shift", "--out", Output]));
        var rows = shift.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(["photos", "sketches", "photos", "sketches"], rows.Select(row => row.GetProperty("part").GetString()));
        Assert.All(rows, row => Assert.Equal(JsonValueKind.Null, row.GetProperty("error").ValueKind));
        using var cross = JsonDocument.Parse(CliRun.Done(["compare", .. from, "--protocol", "cross-data-set", "--out", _folder["cross"]]));
        Assert.Equal("gda knows only the classes that it was fitted on.",
            cross.RootElement.GetProperty("rows")[3].GetProperty("error").GetString());
        Directory.CreateDirectory(others.Data); // which it removes
    }

    [Fact]
    public void Methods_that_need_names_are_left_out_of_a_comparison_without_them()
    {
        using var photos = PhotoFolder.WithParts();
        var (exitCode, tables, notes) = CliRun.Of("compare", "--data", photos.Data, "--model", PhotoFolder.Clip,
            "--no-cache", "--protocol", "vocabulary-free", "--methods", "sim,zero-shot", "--shots", "1", "--seeds", "1", "--out", Output);
        Assert.Equal((0, "Note: zero-shot is left out on photos. Fitting zero-shot found a task without class names, which it looks at: " +
            "name the classes, or take a method that learns from images alone, such as sim or linear-probe.\n"), (exitCode, notes));
        Assert.Matches(@"(?m)^\| sim +\| +\d+\.\d \|$", tables);
    }

    [Fact]
    public void Hyper_parameters_are_chosen_on_the_validation_part_where_that_is_asked_for()
    {
        using var photos = PhotoFolder.WithParts();
        string[] from = ["compare", "--data", photos.Data, "--model", PhotoFolder.Clip,
            "--cache", photos.Cache, "--methods", "gda,zero-shot", "--shots", "1,2", "--seeds", "1"];
        Assert.Equal("Drawing from the data set photos found no validation part, on which hyper-parameters are to be chosen: " +
            "lay its photos out as train/CLASS/…, val/CLASS/… and test/CLASS/…, or choose on none (--validation none).",
                CliRun.Failed([.. from, "--validation", "shots", "--out", Output]));
        foreach (var name in PhotoFolder.Classes)
            photos.Add($"val/{name}", 5);
        Assert.Matches(@"(?m)^\| gda .*\| validation set \(3 images\); validation set \(6 images\) \|$",
            CliRun.Done([.. from, "--validation", "shots", "--out", Output]));
        Assert.Matches(@"(?m)^\| gda .*\| +validation set \(15 images\) \|$",
            CliRun.Done([.. from, "--validation", "full", "--out", Output]));
        var none = CliRun.Done([.. from, "--out", Output]);
        Assert.DoesNotContain("validation", none, StringComparison.Ordinal);
        Assert.Equal(3 * 2 * 2, File.ReadAllLines(_folder["out/rows.jsonl"]).Length); // one is not taken for another
    }

    [Fact]
    public void Tasks_of_features_bring_their_own_validation_images()
    {
        using var file = new TaskFile();
        var path = file.Write("pets.safetensors");
        Assert.Matches(@"(?m)^\| gda +\| .* \| validation set \(2 images\) \|$",
            CliRun.Done("compare", "--task", path, "--methods", "gda", "--validation", "full", "--out", Output));
        file.With("validation.features", (TorchSharp.torch.Tensor?)null).With("validation.labels", (TorchSharp.torch.Tensor?)null);
        Assert.StartsWith("The task bare has no validation part, on which hyper-parameters are to be chosen:",
            CliRun.Failed("compare", "--task", file.Write("bare.safetensors"),
                "--methods", "gda", "--validation", "shots", "--out", Output),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_shows_the_tables_the_curve_and_the_mistakes()
    {
        var tables = CliRun.Done("compare", "--data", Shapes, "--model", "kedge-mini", "--methods", "zero-shot,nearest-class-mean",
            "--shots", "1,2", "--seeds", "1,2", "--cache", _folder["cache"], "--out", Output);
        var page = System.Net.WebUtility.HtmlDecode(File.ReadAllText(_folder["out/report.html"]))
            .Replace("<br/><small>", "", StringComparison.Ordinal).Replace("</small>", "", StringComparison.Ordinal);
        foreach (var figure in tables.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)))
            Assert.Contains($">{figure}<", page, StringComparison.Ordinal);
        Assert.Contains("aria-label=\"Accuracy against shots on shapes\"", page, StringComparison.Ordinal);
        Assert.Contains("The most frequent mistakes", page, StringComparison.Ordinal);
        using var curve = SkiaSharp.SKBitmap.Decode(_folder["out/accuracy-shapes.png"]);
        Assert.Equal((1800, 920), (curve.Width, curve.Height));
    }

    [Fact]
    public void What_evaluate_says_of_a_fit_compare_says_too()
    {
        using var photos = PhotoFolder.WithParts();
        string[] from = ["--data", photos.Data, "--model", PhotoFolder.Clip, "--cache", photos.Cache];
        CliRun.Done(["fit", .. from, "--method", "tip-adapter", "--shots", "2", "--seed", "3", "--out", _folder["x.kedge"]]);
        using var evaluated = JsonDocument.Parse(
            CliRun.Done("evaluate", "--classifier", _folder["x.kedge"], "--data", photos.Data, "--cache", photos.Cache, "--json"));
        using var compared = JsonDocument.Parse(
            CliRun.Done(["compare", .. from, "--methods", "tip-adapter", "--shots", "2", "--seeds", "3", "--out", Output, "--json"]));
        const double perCent = 1e-9; // the same double, times 100
        Assert.Equal(100 * evaluated.RootElement.GetProperty("top1").GetDouble(),
            compared.RootElement.GetProperty("rows")[0].GetProperty("accuracy").GetDouble(), perCent);
    }

    [Fact]
    public void Methods_that_learn_through_the_text_tower_can_on_photos()
    {
        using var photos = PhotoFolder.WithParts();
        using var json =
            JsonDocument.Parse(CliRun.Done("compare", "--data", photos.Data, "--model", PhotoFolder.Clip, "--no-cache", "--methods",
                "rtos[anchors=[\"fur\",\"water\",\"stone\"];steps=1]", "--shots", "2", "--seeds", "1", "--out", Output, "--json"));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("rows")[0].GetProperty("error").ValueKind);
    }

    [Fact]
    public void Tasks_of_features_bring_their_own_shots_and_no_seed()
    {
        using var file = new TaskFile();
        var first = file.Write("first.safetensors");
        var second = file.Write("second.safetensors");
        using var json = JsonDocument.Parse(
            CliRun.Done("compare", "--task", first, second, "--methods", "zero-shot,tip-adapter", "--out", Output, "--json"));
        var rows = json.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(["first", "first", "second", "second"], rows.Select(row => row.GetProperty("task").GetString()));
        Assert.All(rows, row =>
            Assert.Equal((2, JsonValueKind.Null), (row.GetProperty("shots").GetInt32(), row.GetProperty("seed").ValueKind)));
    }

    [Fact]
    public void A_failure_is_told_in_the_tables()
    {
        using var photos = PhotoFolder.WithParts();
        var (exitCode, tables, notes) = CliRun.Of("compare", "--data", photos.Data, "--model", PhotoFolder.Clip,
            "--no-cache", "--methods", "zero-shot,rtos[anchors=[\"apple\"]]", "--shots", "1,2", "--seeds", "1", "--out", Output);
        Assert.Equal(0, exitCode);
        Assert.Equal("Note: 1 of 1 anchor words are class names and are left out: apple.\n", notes); // of two fits
        Assert.Matches(@"(?m)^\| rtos\[anchors=\[""apple""\]\] \| +failed \| +failed \|$", tables);
        Assert.Matches(@"(?m)^Failed:\n\n- rtos\[anchors=\[""apple""\]\], 1 shot, seed 1; 2 shots, seed 1: .+$", tables);
    }

    [Fact]
    public void Bad_input_is_refused_before_anything_is_made()
    {
        Assert.StartsWith("There is no method 'rots': nearest are rtos and ",
            CliRun.Failed("compare", "--data", Shapes, "--model", "kedge-mini", "--methods", "rots", "--out", Output),
            StringComparison.Ordinal);
        Assert.StartsWith("The class 'circle' has ",
            CliRun.Failed("compare", "--data", Shapes, "--model", "kedge-mini", "--shots", "1,99", "--out", Output),
            StringComparison.Ordinal);
        Assert.StartsWith("There is no data set at nowhere;", CliRun.Failed("compare", "--data", "nowhere", "--out", Output),
            StringComparison.Ordinal);
        CliRun.Failed("compare", "--data", Shapes, "--shots", "1", "--model", "nowhere", "--out", Output);
        Assert.False(Path.Exists(Output));
        _folder.Write("file", "");
        Assert.StartsWith($"The rows of the comparison in '{_folder["file"]}' cannot be opened: ",
            CliRun.Failed("compare", "--data", Shapes, "--model", "kedge-mini", "--shots", "1", "--out", _folder["file"]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_keeps_the_finished_rows()
    {
        string[] arguments = ["compare", "--data", Shapes, "--model", "kedge-mini", "--methods", "zero-shot",
            "--shots", "1", "--seeds", "1", "--cache", _folder["cache"], "--out", Output];
        CliRun.Done(arguments);
        var run = CliRun.Of(arguments, input: "", cancelled: true);
        var rows = Path.Combine(Output, ComparisonLog.FileName);
        Assert.Equal((130, $"Cancelled: the rows finished so far are kept in '{rows}'; the same command goes on from there.\n"),
            (run.ExitCode, run.Error));
        Assert.Single(File.ReadAllLines(rows));
    }

    public void Dispose() => _folder.Dispose();
}
