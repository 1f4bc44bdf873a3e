using Kedge.Tests.Support;

namespace Kedge.Tests.Compatibility;

/// <summary>
/// A classifier file of every method, calibrated ones among them, of both kinds of towers and of both embedded models.
/// </summary>
public sealed class OlderClassifierTests : IDisposable
{
    private const double Tolerance = 1e-6;  // of probabilities, from cached features: bits on one machine, the order of sums on another
    private const double Encoded = 1e-4;    // from features encoded anew, on another machine

    private readonly OlderFiles _files = new();

    public static TheoryData<string> Cached => [.. OlderFiles.Classifiers.Where(name => !IsEmbedded(name))];

    public static TheoryData<string> EncodedAnew =>
    [
        .. OlderFiles.Classifiers.Where(IsEmbedded),
        "tip-adapter", "calip", "prolip", "clip-lora", "resnet-calip", "resnet-prolip", "resnet-clip-lora",
    ];

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Cached))]
    public void A_file_and_cached_features_predict_what_they_did(string name)
    {
        var cache = _files.CopyCache();
        Predictions.Equal(Predictions.Recorded(name), Predictions.Of(name, OlderFiles.Classifier(name), cache), Tolerance);
        OlderFiles.EveryImageWasFound(cache);
    }

    [Theory, MemberData(nameof(EncodedAnew))]
    public void Features_encoded_anew_predict_the_same(string name) =>
        Predictions.Equal(Predictions.Recorded(name), Predictions.Of(name, OlderFiles.Classifier(name), _files["empty"]), Encoded);

    [Fact]
    public void A_classifier_that_answers_none_of_these_still_does()
    {
        var classifier = OlderFiles.Classifier("tip-adapter-views-rejecting");
        var photos = OlderFiles.Get("photos-of-no-class");
        var run = CliRun.Done("predict", "--classifier", classifier, "--model", OlderFiles.Vit, "--cache", _files.CopyCache(), photos);
        Assert.Contains("none of these; nearest is leaf", run);
    }

    private static bool IsEmbedded(string name) => name.StartsWith("embedded-", StringComparison.Ordinal);
}
