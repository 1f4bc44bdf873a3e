using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli.Commands;

public sealed partial class ExplainCommandTests : IDisposable
{
    private const double SumTolerance = 1e-9; // sums in double precision in another order

    private readonly PhotoFolder _photos = PhotoFolder.WithParts();

    private string Image => Path.Combine(_photos.Data, "test", "leaf", "0.png");

    [Theory, InlineData("rtos"), InlineData("tip-adapter")]
    public void For_people_it_reads_as_this(string method)
    {
        Fit(method);
        Snapshot.Match(Masked(Explain("--top", "2", Image)), "Cli", $"explain-{method}.txt");
    }

    [Fact]
    public void Anchors_read_as_this()
    {
        Fit("rtos");
        Snapshot.Match(Masked(Explain("--top", "2")), "Cli", "explain-anchors.txt");
    }

    [Theory, InlineData("rtos"), InlineData("tip-adapter")]
    public void Printed_columns_add_up_to_the_last_digit(string method)
    {
        Fit(method);
        var rows = Row().Matches(Explain("--top", "1", _photos.Data)).Select(row => row.Groups[1].Captures
            .Select(number => decimal.Parse(number.Value, CultureInfo.InvariantCulture)).ToArray()).ToList();
        var sum = new decimal[3];
        var sums = 0;
        foreach (var row in rows)
        {
            Assert.Equal(row[0] - row[1], row[2]);
            if (row.SequenceEqual(sum) && ++sums > 0)
                sum = new decimal[3];
            else
                sum = [.. sum.Zip(row, (a, b) => a + b)];
        }
        Assert.Equal(18, sums); // every photo's last row is the sum of those before it
        Assert.All(sum, number => Assert.Equal(0, number));
    }

    [Theory, InlineData("rtos"), InlineData("tip-adapter"), InlineData("rtos+")]
    public void Json_has_every_part_and_they_add_up(string method)
    {
        Fit(method);
        var line = Assert.Single(Lines(Explain("--json", "--top", "3", Image)));
        Assert.Equal(Image, line.GetProperty("image").GetString());
        Assert.Equal(12, line.GetProperty("nearest").GetArrayLength());
        Assert.Equal(Path.Combine(_photos.Data, "train"),
            Path.GetDirectoryName(Path.GetDirectoryName(line.GetProperty("nearest")[0].GetProperty("name").GetString())));
        Assert.Equal(3, line.GetProperty("classes").GetArrayLength());
        foreach (var score in line.GetProperty("classes").EnumerateArray())
        {
            double[] anchors = Numbers(score, "anchors"), support = Numbers(score, "support");
            Assert.Equal(line.GetProperty("anchors").GetArrayLength(), anchors.Length);
            Assert.Equal(method switch { "rtos" => (3, 0), "rtos+" => (3, 12), _ => (0, 12) }, (anchors.Length, support.Length));
            Assert.Equal(method == "rtos+", score.TryGetProperty("adapter", out var adapter));
            Assert.Equal(Number(score, "logit"), Number(score, "zeroShot") + anchors.Sum() + support.Sum() + Number(score, "bias")
                + (method == "rtos+" ? adapter.GetDouble() : 0), SumTolerance);
        }
    }

    [Fact]
    public void It_agrees_with_predict()
    {
        Fit("rtos");
        string[] Shown(string text) => [.. text.Split('\n').Where(line => line.Contains(" %  ", StringComparison.Ordinal))];
        Assert.Equal(Shown(CliRun.Done("predict", "--classifier", _photos["x.kedge"], "--no-cache", _photos.Data)),
            Shown(Explain(_photos.Data)));
    }

    [Fact]
    public void Another_list_of_words_names_the_anchors()
    {
        Fit("rtos");
        File.WriteAllLines(_photos["words.txt"], ["a_rainy day", "", "tree"]);
        var phrases = Lines(Explain("--json", "--words", _photos["words.txt"])).Select(line => line.GetProperty("phrases")).ToList();
        Assert.Equal(3, phrases.Count);
        Assert.All(phrases, near =>
            Assert.Equal(["a rainy day", "tree"], near.EnumerateArray().Select(phrase => phrase.GetProperty("text").GetString()).Order()));
    }

    [Fact]
    public void The_page_holds_the_photo_and_the_examples_also_those_of_a_zip()
    {
        System.IO.Compression.ZipFile.CreateFromDirectory(_photos.Data, _photos["photos.zip"]);
        Fit("rtos", data: _photos["photos.zip"]);
        var printed = Explain("--top", "3", "--html", _photos["why.html"], Image);
        Assert.StartsWith(Image, printed);
        var page = File.ReadAllText(_photos["why.html"]);
        Assert.Equal(4, Regex.Count(page, "<img src=\"data:image/jpeg;base64,"));
        Assert.DoesNotContain("class=\"missing\"", page);
        File.Delete(_photos["photos.zip"]);
        Explain("--top", "3", "--html", _photos["why.html"], Image);
        Assert.Equal(3, Regex.Count(File.ReadAllText(_photos["why.html"]), "class=\"missing\""));
    }

    [Fact]
    public void The_page_shows_examples_of_a_zip_whose_names_are_in_a_stated_encoding()
    {
        var (zip, gbk) = (new RawZip(), CodePagesEncodingProvider.Instance.GetEncoding(936)!);
        foreach (var (folder, name) in new[] { ("apple", "苹果"), ("leaf", "树叶") })
        {
            for (var i = 0; i < 4; i++)
                zip.With(gbk.GetBytes($"{name}/{i}.png"), new() { Content = File.ReadAllBytes(_photos[$"photos/train/{folder}/{i}.png"]) });
        }
        File.WriteAllBytes(_photos["photos.zip"], zip.ToArray());
        Fit("tip-adapter", data: _photos["photos.zip"], "--zip-names", "gbk");
        Explain("--zip-names", "gbk", "--html", _photos["why.html"], Image);
        Assert.DoesNotContain("class=\"missing\"", File.ReadAllText(_photos["why.html"]));
        Explain("--html", _photos["why.html"], Image);
        Assert.Contains("class=\"missing\"", File.ReadAllText(_photos["why.html"]));
    }

    [Fact]
    public void A_method_without_parts_shows_classes_and_patches_and_has_no_anchors()
    {
        Fit("nearest-class-mean");
        var printed = Explain("--html", _photos["why.html"], Image);
        Assert.Contains("  its logits have no parts by anchor or by support image\n\n  the parts of the photo that speak for ", printed);
        Assert.DoesNotContain("Why ", XDocument.Load(_photos["why.html"]).Descendants("section").Single().Value);
        Assert.False(Assert.Single(Lines(Explain("--json", Image))).GetProperty("classes")[0].TryGetProperty("zeroShot", out _));
        var error = CliRun.Failed("explain", "--classifier", _photos["x.kedge"]);
        Assert.Equal("Explaining found a classifier of nearest-class-mean, whose logits have no parts by anchor or by support image: " +
            $"fit one of {string.Join(", ", Kedge.Methods.MethodCatalog.Default.Explaining)}.", error);
    }

    [Fact]
    public void A_method_without_anchors_has_none_to_list()
    {
        Fit("tip-adapter");
        Assert.Equal("Reading anchors found a classifier of tip-adapter, which has none: name photos to explain, " +
            "or fit one of rtos or rtos+.",
            CliRun.Failed("explain", "--classifier", _photos["x.kedge"]));
    }

    [Theory, InlineData("explain"), InlineData("predict"), InlineData("evaluate", "--data")]
    public void The_model_is_found_by_the_card_alone(params string[] command)
    {
        var model = _photos["moved.safetensors"];
        File.Copy(PhotoFolder.Clip, model);
        CliRun.Done("fit", "--data", _photos.Data, "--model", model, "--method",
            "tip-adapter", "--shots", "1", "--no-cache", "--out", _photos["x.kedge"]);
        File.Delete(model);
        Persistence.ClassifierFileTests.SpoilTensors(_photos["x.kedge"]);
        Assert.Equal($"The classifier '{_photos["x.kedge"]}' was fitted on the model at '{model}', which is not there: " +
            "say where it is now (--model).",
            CliRun.Failed([.. command, _photos.Data, "--classifier", _photos["x.kedge"]]));
    }

    [Fact]
    public void What_is_not_there_is_said_before_anything_is_loaded()
    {
        Assert.Equal($"There is no image at '{_photos["none.jpg"]}'; expected an image file, a folder or a zip of images.",
            CliRun.Failed("explain", "--classifier", _photos["none.kedge"], _photos["none.jpg"]));
        Assert.StartsWith($"The file of texts '{_photos["none.txt"]}' cannot be read: ",
            CliRun.Failed("explain", "--classifier", _photos["none.kedge"], "--words", _photos["none.txt"], Image));
        Assert.Equal($"'{_photos.Data}' cannot be written: it is a folder; name a file in it.",
            CliRun.Failed("explain", "--classifier", _photos["none.kedge"], "--html", _photos.Data, Image));
    }

    public void Dispose() => _photos.Dispose();

    private void Fit(string method, string? data = null, params string[] more)
    {
        string[] anchors = ["--option", "steps=3", "--option", "anchors=[\"dog\",\"tree\",\"car\"]"];
        string[] options = method switch { "rtos" => [.. anchors, "--option", "alpha=20"], "rtos+" => anchors, _ => [] };
        CliRun.Done(["fit", "--data", data ?? _photos.Data, "--model", PhotoFolder.Clip,
            "--method", method, "--shots", "4", "--no-cache", "--out", _photos["x.kedge"], .. options, .. more]);
    }

    private string Explain(params string[] arguments) =>
        CliRun.Done(["explain", "--classifier", _photos["x.kedge"], "--no-cache", .. arguments]);

    /// <summary>
    /// Numbers differ between machines in their last digit, and words of the small model that are as near as one
    /// another in their order: the layout is kept.
    /// </summary>
    private string Masked(string text)
    {
        text = NearWord().Replace(text.Replace(_photos.Data, "photos", StringComparison.Ordinal), "word");
        return NumberText().Replace(text, match => Digit().Replace(match.Value, "0"));
    }

    private static IEnumerable<JsonElement> Lines(string json) =>
        json.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement);

    private static double Number(JsonElement json, string name) => json.GetProperty(name).GetDouble();

    private static double[] Numbers(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>Three numbers of three decimals.</summary>
    [GeneratedRegex(@"^(?: +([-+]?\d+\.\d{3})){3}  ", RegexOptions.Multiline)]
    private static partial Regex Row();

    /// <summary>A word in a list of near ones, there with its cosine or in brackets after an anchor.</summary>
    [GeneratedRegex(@"(?<=nearest (phrases|words) +(.*, )?)\b[a-z ]+(?= -?\d\.\d\d)|(?<=\(near (.*, )?)\b[a-z ]+(?=[,)])")]
    private static partial Regex NearWord();

    [GeneratedRegex(@"[-+]?\d+\.\d+")]
    private static partial Regex NumberText();

    [GeneratedRegex(@"[-+\d]")]
    private static partial Regex Digit();
}
