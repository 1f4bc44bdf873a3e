using System.Text.Json;
using Kedge.Tests.Support;
using SkiaSharp;

namespace Kedge.Tests.Cli;

/// <summary>Believable probabilities and "none of these", from a fit to a prediction.</summary>
public sealed class CalibrationTests : IDisposable
{
    private static readonly string Shapes = Path.GetFullPath(Path.Combine(TestData.Folder, "..", "..", "..", "samples", "shapes"));

    private readonly TemporaryFolder _folder = new();

    private string Classifier => _folder["x.kedge"];

    private static readonly string[] From = ["--data", Shapes, "--model", "kedge-mini"];

    private string[] Cache => ["--cache", _folder["cache"]];

    [Fact]
    public void Pictures_of_other_things_are_none_of_these()
    {
        const int foreign = 24;
        Directory.CreateDirectory(_folder["foreign"]);
        for (var i = 0; i < foreign; i++)
            File.WriteAllBytes(_folder[$"foreign/{i:00}.png"], Pictures.Encode(Foreign(i), SKEncodedImageFormat.Png));

        var fitted = Json(["fit", .. From, "--method", "gda", "--reject", "0.3", .. Cache, "--out", Classifier, "--json"])
            .GetProperty("probabilities");
        Assert.Equal((64, 4), (fitted.GetProperty("images").GetInt32(), fitted.GetProperty("folds").GetInt32()));
        Assert.True(Loss(fitted.GetProperty("after")) <= Loss(fitted.GetProperty("before")));
        var rule = fitted.GetProperty("rejection");
        Assert.Equal(0.3, rule.GetProperty("errorRate").GetDouble());
        Assert.InRange(rule.GetProperty("leastLikeness").GetDouble(), -1, 1);
        var least = rule.GetProperty("leastProbability").GetDouble();

        var lines = CliRun.Done(["predict", "--classifier", Classifier, .. Cache, "--top", "4", "--json", _folder["foreign"]])
            .TrimEnd('\n').Split('\n');
        var predictions = lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(foreign, predictions.Length);
        Assert.All(predictions, found => Assert.Equal(
            found.GetProperty("classes").EnumerateArray()
                .Where(c => c.GetProperty("probability").GetDouble() >= least).Select(c => c.GetProperty("class").GetString()),
            found.GetProperty("set").EnumerateArray().Select(name => name.GetString())));
        Assert.All(predictions, found => Assert.Equal(1, Probabilities(found).Sum(), precision: 9));
        var isRejected = predictions.Select(found => found.GetProperty("rejected").GetBoolean()).ToArray();
        Assert.InRange(isRejected.Count(it => it), 1, foreign);
        Assert.InRange(Json(["evaluate", "--classifier", Classifier, "--data", Shapes, .. Cache, "--json"])
            .GetProperty("rejection").GetProperty("rejected").GetInt32() / 40.0,
            0, isRejected.Count(it => it) / (double)foreign); // what is drawn by another hand is rejected more often
        var rejected = Array.IndexOf(isRejected, true);

        var text = CliRun.Done(["predict", "--classifier", Classifier, .. Cache, predictions[rejected].GetProperty("image").GetString()!])
            .Split('\n');
        var nearest = predictions[rejected].GetProperty("classes")[0].GetProperty("class").GetString();
        Assert.Equal($"  none of these; nearest is {nearest}", text[1]);
        Assert.EndsWith($"%  {nearest}", text[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_and_explain_use_what_fit_has_found()
    {
        CliRun.Done(["fit", .. From, "--method", "tip-adapter", "--reject", "0.2", .. Cache, "--out", Classifier]);
        string[] evaluate = ["evaluate", "--classifier", Classifier, "--data", Shapes, .. Cache];
        var result = Json([.. evaluate, "--json"]);
        Assert.NotEqual(Loss(result.GetProperty("uncalibrated")), Loss(result));
        var rejection = result.GetProperty("rejection");
        Assert.InRange(rejection.GetProperty("rejected").GetInt32(), 0, 40);
        var text = CliRun.Done(evaluate);
        Assert.Matches(@"(?m)^log loss +\d+\.\d{3} \(\d+\.\d{3} uncalibrated\)$", text);
        Assert.Contains($"none of these         {rejection.GetProperty("rejected").GetInt32()} of 40 (", text, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^class in the set +\d+\.\d %, \d\.\d classes a set$", text);

        var photo = Path.Combine(Shapes, "test", "star");
        var predicted = CliRun.Done(["predict", "--classifier", Classifier, .. Cache, "--json", photo]).Split('\n')[0];
        var explained = CliRun.Done(["explain", "--classifier", Classifier, .. Cache, "--json", photo]).Split('\n')[0];
        const double single = 1e-6; // explain computes in F32
        Assert.Equal(Probabilities(JsonDocument.Parse(predicted).RootElement)[0],
            Probabilities(JsonDocument.Parse(explained).RootElement)[0], single);
    }

    [Fact]
    public void An_error_rate_that_needs_more_photos_rejects_nothing_and_says_so()
    {
        var text = CliRun.Done(["fit", .. From, "--method", "nearest-class-mean",
            "--shots", "4", "--reject", "0.01", .. Cache, "--out", Classifier]);
        Assert.Contains("none of these               never: an error rate of 1 % needs 99 left-out images, 25 shots, and there were 16\n",
            text, StringComparison.Ordinal);
        var prediction =
            Json(["predict", "--classifier", Classifier, .. Cache, "--json", Path.Combine(Shapes, "test", "star", "star-01.png")]);
        Assert.False(prediction.GetProperty("rejected").GetBoolean());
        Assert.Equal(4, prediction.GetProperty("set").GetArrayLength());
    }

    [Fact]
    public void Without_being_asked_nothing_is_calibrated_and_a_temperature_alone_rejects_nothing()
    {
        string[] fit = ["fit", .. From, "--method", "nearest-class-mean", "--shots", "4", .. Cache, "--out", Classifier];
        Assert.DoesNotContain("temperature", CliRun.Done(fit), StringComparison.Ordinal);
        string[] predict = ["predict", "--classifier", Classifier, .. Cache, "--json", Path.Combine(Shapes, "test", "star", "star-01.png")];
        Assert.Equal(["image", "classes"], Json(predict).EnumerateObject().Select(key => key.Name));
        Assert.Matches(@"(?m)^temperature +\d+\.\d{3}, by 16 left-out images in 4 folds$", CliRun.Done([.. fit, "--calibrate"]));
        Assert.Equal(["image", "classes"], Json(predict).EnumerateObject().Select(key => key.Name));
    }

    [Fact]
    public void Tasks_of_features_are_calibrated_too()
    {
        using var file = new TaskFile();
        var fitted = Json("fit", "--task", file.Write(), "--method", "tip-adapter", "--reject", "0.5", "--out", Classifier, "--json")
            .GetProperty("probabilities");
        Assert.Equal((6, 2), (fitted.GetProperty("images").GetInt32(), fitted.GetProperty("folds").GetInt32()));
        Assert.Equal(JsonValueKind.Object,
            Json("evaluate", "--classifier", Classifier, "--task", file.Path, "--json").GetProperty("rejection").ValueKind);
    }

    [Fact]
    public void One_shot_can_not_be_calibrated()
    {
        Assert.Equal(
            "Calibrating gda found no class with two support images: probabilities are held against images that were left out of a fit. " +
                "Learn from two or more of each class (--shots), or do not calibrate.",
            CliRun.Failed(["fit", .. From, "--method", "gda", "--shots", "1", "--calibrate", .. Cache, "--out", Classifier]));
        Assert.False(File.Exists(Classifier));
    }

    public void Dispose() => _folder.Dispose();

    private static JsonElement Json(params string[] arguments) => JsonDocument.Parse(CliRun.Done(arguments)).RootElement;

    private static double Loss(JsonElement figures) => figures.GetProperty("negativeLogLikelihood").GetDouble();

    private static double[] Probabilities(JsonElement prediction) =>
        [.. prediction.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("probability").GetDouble())];

    /// <summary>Stripes, noise and flat colours: nothing that the shapes' own generator draws.</summary>
    private static Kedge.Imaging.RgbImage Foreign(int i) => (i % 3) switch
    {
        0 => Pictures.Noise(64, 64, seed: i),
        1 => Pictures.Draw(64, 64, (x, y) => ((byte)(x * (i + 1)), (byte)(y * 4), (byte)(40 * i))),
        _ => Pictures.Draw(64, 64, (_, _) => ((byte)(10 * i), (byte)(255 - (10 * i)), 128)),
    };
}
