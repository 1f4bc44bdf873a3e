using System.Text.Json;
using Kedge.Tasks;
using Kedge.Tests.Support;

namespace Kedge.Tests.Compatibility;

/// <summary>A feature task, classifiers of it, and a fit of RTOS that was stopped after 54 of 60 steps.</summary>
public sealed class OlderTaskTests : IDisposable
{
    private const double Tolerance = 1e-5;  // of logits up to 15; bits on one machine

    private readonly OlderFiles _files = new();

    private static string Task => OlderFiles.Get("tasks", "photos.safetensors");

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("rtos")]
    [InlineData("tip-adapter")]
    public void A_classifier_of_features_gives_the_logits_it_gave(string name) => Same(name, OlderFiles.Get("tasks", name + ".kedge"));

    [Fact]
    public void A_fit_on_an_older_task_gives_the_same_classifier()
    {
        string[] defaultsOfTheTime = ["--option", "alpha=1", "--option", "beta=5.5"];
        string[] fit = ["fit", "--task", Task, "--method", "tip-adapter", .. defaultsOfTheTime];
        CliRun.Done([.. fit, "--reject", "0.1", "--out", _files["x.kedge"]]);
        Same("tip-adapter", _files["x.kedge"]);
    }

    [Fact]
    public void A_fit_that_an_older_version_began_with_other_defaults_is_refused_and_stays()
    {
        var bytes = File.ReadAllBytes(OlderFiles.Get("tasks", "rtos.fit"));
        File.Copy(OlderFiles.Get("tasks", "rtos.fit"), _files["x.fit"]);
        string[] fit = ["fit", "--task", Task, "--method", "rtos", "--option", "steps=60", "--option", "alpha=10", "--out"];
        var run = CliRun.Of([.. fit, _files["x.kedge"], "--checkpoint", _files["x.fit"]]);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"The checkpoint '{_files["x.fit"]}' is of another fit: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(_files["x.fit"]));
        Assert.False(File.Exists(_files["x.kedge"]));
    }

    private static void Same(string recorded, string path)
    {
        var expected = JsonSerializer.Deserialize<float[]>(File.ReadAllText(OlderFiles.Get("tasks", recorded + ".logits.json")))!;
        using var task = FeatureTask.Open(Task);
        using var classifier = FeatureClassifier.Load(path);
        using var logits = classifier.Classifier.Logits(task.Query.Images);
        var actual = logits.data<float>().ToArray();
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, Tolerance);
    }
}
