using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary>The main job, from a folder of photos to figures, with the small CLIP of the golden files.</summary>
public class EndToEndTests
{
    [Fact]
    public void Photos_become_a_classifier_that_predicts_and_is_evaluated_and_nothing_is_encoded_twice()
    {
        using var photos = PhotoFolder.WithParts();
        string[] fit =
            ["fit", "--data", photos.Data, "--model", PhotoFolder.Clip, "--shots", "4", "--option", "steps=20", "--option", "anchorCount=8",
                "--cache", photos.Cache, "--out", photos["x.kedge"]];

        var fitted = JsonDocument.Parse(CliRun.Done([.. fit, "--json"])).RootElement;
        Assert.Equal("rtos+", fitted.GetProperty("method").GetString());
        Assert.Equal((12, 4, 1), (Number(fitted, "support", "images"), Number(fitted, "support", "shots"),
            Number(fitted, "support", "seed")));
        Assert.Equal(12, Number(fitted, "encoded"));
        Assert.Equal("support set", fitted.GetProperty("selection").GetString());
        Assert.Equal(new FileInfo(photos["x.kedge"]).Length, Number(fitted, "bytes"));

        var first = File.ReadAllBytes(photos["x.kedge"]);
        Assert.Contains("12 of photos (4 shots, seed 1), 0 of them encoded now", CliRun.Done(fit));
        Assert.Equal(first, File.ReadAllBytes(photos["x.kedge"]));

        var image = Path.Combine(photos.Data, "test", "leaf", "0.png");
        var lines = CliRun.Done("predict", "--classifier", photos["x.kedge"], "--cache", photos.Cache, image).Split('\n');
        Assert.Equal(image, lines[0]);
        Assert.EndsWith("%  leaf", lines[1]);
        Assert.Equal(1 + PhotoFolder.Classes.Count() + 1, lines.Length);

        var result = JsonDocument.Parse(CliRun.Done("evaluate", "--classifier",
            photos["x.kedge"], "--data", photos.Data, "--cache", photos.Cache, "--json")).RootElement;
        Assert.Equal(("test", 6), (result.GetProperty("split").GetString(), Number(result, "images")));
        Assert.Equal(1, result.GetProperty("top1").GetDouble());
        Assert.Equal("[[2,0,0],[0,2,0],[0,0,2]]", result.GetProperty("confusion").GetRawText());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("top5").ValueKind);
    }

    [Fact]
    public void Reports_for_people_read_as_this()
    {
        using var photos = PhotoFolder.WithParts();
        CliRun.Done("fit", "--data", photos.Data, "--model", PhotoFolder.Clip,
            "--method", "nearest-class-mean", "--shots", "all", "--no-cache", "--out", photos["x.kedge"]);
        Assert.Equal("""
            data               photos, part test, 6 images
            classifier         nearest-class-mean on openai.fp16.safetensors
            top-1 accuracy     100.0 %
            balanced accuracy  100.0 %
            macro F1           1.000
            log loss           0.026
            calibration error  2.5 %

            class      images    right  accuracy
            apple           2        2   100.0 %
            leaf            2        2   100.0 %
            sea_lion        2        2   100.0 %

            confusion: how many images of the row's class were taken for the column's
                              1     2     3
            apple       1     2     0     0
            leaf        2     0     2     0
            sea_lion    3     0     0     2

            """, CliRun.Done("evaluate", "--classifier", photos["x.kedge"], "--data", photos.Data, "--no-cache"));
    }

    [Fact]
    public void An_index_file_has_drawn_its_shots_already()
    {
        using var photos = PhotoFolder.Flat(photos: 3, "apple", "leaf");
        string[] rows = [.. from name in (string[])["apple", "leaf"]
            from i in (int[])[0, 1, 2] select $"""["{name}/{i}.png", {(name == "leaf" ? 1 : 0)}, "{name}"]"""];
        File.WriteAllText(photos["split.json"], $$"""{"train": [{{string.Join(',', rows)}}], "val": [], "test": []}""");
        File.WriteAllText(photos["shot_1.json"], """
            {"train": {"data": [{"impath": "apple/2.png", "label": 0, "classname": "apple"}, {"impath": "leaf/1.png", "label": 1, "classname": "leaf"}]}, "val": {"data": []}}
            """);
        string[] fit = ["fit", "--data", photos["split.json"], "--images", photos.Data,
            "--index", photos["shot_1.json"], "--model", PhotoFolder.Clip, "--method", "nearest-class-mean", "--no-cache"];
        Assert.Contains("support images              2 of split, 2 of them encoded now\n",
            CliRun.Done([.. fit, "--out", photos["x.kedge"]]));
        Assert.Equal("The class 'apple' has 1 images, too few for 2 shots; add images, or ask for fewer shots (--shots).",
            CliRun.Failed([.. fit, "--shots", "2", "--exactly", "--out", photos["x.kedge"]]));
    }

    [Fact]
    public void Zero_shot_takes_names_and_templates_and_shows_the_best()
    {
        using var photos = PhotoFolder.WithParts(photos: 1);
        var json = CliRun.Done("classify", "--model", PhotoFolder.Clip, "--classes",
            "apple, leaf,sea lion", "--template", "a {}.", "--template", "some {}.", "--top", "2", "--json", photos.Data);
        var lines = json.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(9, lines.Count);
        Assert.Equal(Path.Combine(photos.Data, "test/apple/0.png"), lines[0].GetProperty("image").GetString());
        Assert.All(lines, line => Assert.Equal(2, line.GetProperty("classes").GetArrayLength()));
        Assert.All(lines, line => Assert.True(line.GetProperty("classes")[0].GetProperty("probability")
            .GetDouble() >= line.GetProperty("classes")[1].GetProperty("probability").GetDouble()));
    }

    [Fact]
    public void A_cancelled_fit_writes_no_classifier_and_says_what_is_kept()
    {
        using var photos = PhotoFolder.WithParts();
        string[] fit = ["fit", "--data", photos.Data, "--model", PhotoFolder.Clip,
            "--shots", "4", "--cache", photos.Cache, "--out", photos["x.kedge"]];
        var run = CliRun.Of(fit, input: "", cancelled: true);
        Assert.Equal(130, run.ExitCode);
        Assert.Equal($"Cancelled: the features of the images encoded so far are kept in '{photos.Cache}' for the next run; " +
            "nothing else was written.\n",
            run.Error);
        Assert.False(File.Exists(photos["x.kedge"]));
    }

    [Fact]
    public void Info_tells_what_a_model_is()
    {
        var text = CliRun.Done("info", PhotoFolder.Clip);
        Assert.StartsWith("""
            name           openai.fp16.safetensors
            image tower    ViT, patches of 16 pixels, 3 layers, width 64, heads 1, QuickGelu, 64 pixels
            text tower     3 layers, width 64, heads 1, QuickGelu, 77 positions, 49408 tokens
            feature width  48
            """, text);
        var json = JsonDocument.Parse(CliRun.Done("info", PhotoFolder.Clip, "--json")).RootElement;
        Assert.Equal((64, "vit"), (Number(json, "vision", "resolution"), json.GetProperty("vision").GetProperty("$type").GetString()));
        Assert.Equal(("OpenAI", "Safetensors"), (json.GetProperty("layout").GetString(), json.GetProperty("format").GetString()));
        Assert.Contains($"fingerprint    {json.GetProperty("fingerprint").GetString()}\n", text);
        Assert.Equal(64, json.GetProperty("fingerprint").GetString()!.Length);
    }

    [Fact]
    public void Without_a_model_kedge_base_is_used()
    {
        var info = CliRun.Done("info");
        Assert.StartsWith("name           kedge-base\nimage tower    ResNet of basic blocks 2-2-2-3, width 64, ", info);
        Assert.Contains("preprocessing  224 pixels, Bicubic, mean 0 0 0, std 1 1 1\n", info);
        using var photos = PhotoFolder.WithParts(photos: 1);
        Assert.Contains("model                       kedge-base\n",
            CliRun.Done("fit", "--data", photos.Data, "--method", "tip-adapter", "--shots", "1", "--no-cache", "--out", photos["x.kedge"]));
        Assert.Contains("tip-adapter on kedge-base\n",
            CliRun.Done("evaluate", "--classifier", photos["x.kedge"], "--data", photos.Data, "--no-cache"));
    }

    private static int Number(JsonElement json, params string[] path) =>
        path.Aggregate(json, (at, name) => at.GetProperty(name)).GetInt32();
}
