using Kedge.Persistence;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Cli;

/// <summary><c>--precision</c>, and classifiers that were fitted in one and are used in another.</summary>
public sealed class PrecisionTests : IDisposable
{
    private readonly PhotoFolder _photos = PhotoFolder.WithParts();

    public void Dispose() => _photos.Dispose();

    [Fact]
    public void An_unknown_precision_is_refused()
    {
        var run = CliRun.Of("info", "--precision", "int4");
        Assert.Equal("--precision is int4: it must be float32, bfloat16 or auto.\nSee: kedge info --help\n", run.Error);
    }

    [Fact]
    public void A_classifier_says_where_photos_are_encoded_otherwise_than_it_was_fitted_on()
    {
        RequireBFloat16();
        var classifier = Fit("float32");
        Assert.Equal("", Predict(classifier, "auto").Error); // as it was fitted
        var other = Predict(classifier, "bfloat16");
        Assert.Equal($"Note: the classifier '{classifier}' was fitted on features in float32, and photos are encoded in bfloat16: " +
            "probabilities differ a little.\n", other.Error);
        Assert.Equal(Answers(Predict(classifier, "float32")), Answers(other));
    }

    [Fact]
    public void Auto_is_bfloat16_and_stays_so_for_the_classifier()
    {
        RequireBFloat16();
        var classifier = Fit("auto");
        Assert.Equal("bfloat16", ClassifierFile.ReadCard(classifier).Precision.ToString().ToLowerInvariant());
        Assert.Equal("", Predict(classifier, "auto").Error);
        Assert.StartsWith("Note: the classifier", Predict(classifier, "float32").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_described_in_the_precision_at_hand()
    {
        RequireBFloat16();
        Assert.EndsWith("precision      bfloat16\n", CliRun.Done("info", PhotoFolder.Clip, "--precision", "auto"));
        Assert.EndsWith("precision      float32\n", CliRun.Done("info", PhotoFolder.Clip, "--precision", "float32"));
    }

    private static void RequireBFloat16() =>
        Assert.SkipUnless(ProcessorFeatures.HasBFloat16, "The processor does not multiply bfloat16.");

    private string Fit(string precision)
    {
        var path = _photos[precision + ".kedge"];
        CliRun.Done("fit", "--data", _photos.Data, "--model", PhotoFolder.Clip, "--method", "tip-adapter", "--shots", "4",
            "--cache", _photos.Cache, "--precision", precision, "--out", path);
        return path;
    }

    private CliRun Predict(string classifier, string precision) => CliRun.Of("predict", "--classifier", classifier,
        "--cache", _photos.Cache, "--precision", precision, Path.Combine(_photos.Data, "test"));

    // the first class of each photo, without its probability
    private static string[] Answers(CliRun run) =>
        [.. run.Out.Split('\n').Where(line => line.Length > 0).Select(line => string.Concat(line.TakeWhile(c => !char.IsAsciiDigit(c))))];
}
