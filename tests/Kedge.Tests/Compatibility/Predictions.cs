using System.Text.Json;
using Kedge.Tests.Support;

namespace Kedge.Tests.Compatibility;

/// <summary>What <c>kedge predict --json</c> says of some photos.</summary>
internal sealed record Predictions(IReadOnlyList<string> Photos, double[] Probabilities, string[] Rejections)
{
    private const int AllClasses = 99;

    /// <summary>As a classifier predicts now.</summary>
    public static Predictions Of(string classifier, string path, string cache)
    {
        string[] model = ["--classifier", path, "--model", OlderFiles.ModelOf(classifier), "--cache", cache];
        return Read(CliRun.Done(["predict", .. model, "--top", $"{AllClasses}", "--json", .. OlderFiles.Predicted]));
    }

    /// <summary>As it predicted when it was made.</summary>
    public static Predictions Recorded(string classifier) => Read(File.ReadAllText(OlderFiles.Get("classifiers", classifier + ".jsonl")));

    public static void Equal(Predictions expected, Predictions actual, double tolerance)
    {
        Assert.Equal(expected.Photos, actual.Photos);
        Assert.Equal(expected.Rejections, actual.Rejections);
        Assert.Equal(expected.Probabilities.Length, actual.Probabilities.Length);
        Assert.InRange(expected.Probabilities.Zip(actual.Probabilities, (a, b) => Math.Abs(a - b)).Max(), 0, tolerance);
    }

    private static Predictions Read(string lines)
    {
        JsonElement[] all =
            [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
        return new(
            [.. all.Select(photo => string.Join('/', photo.GetProperty("image").GetString()!.Split('/', '\\').TakeLast(2)))],
            [.. all.SelectMany(photo => ByName(photo.GetProperty("classes")))],
            [.. all.Select(photo => photo.TryGetProperty("set", out var set) ? $"{photo.GetProperty("rejected")} {set}" : "")]);
    }

    private static IEnumerable<double> ByName(JsonElement classes) => classes.EnumerateArray()
        .OrderBy(found => found.GetProperty("class").GetString(), StringComparer.Ordinal)
        .Select(found => found.GetProperty("probability").GetDouble());
}
