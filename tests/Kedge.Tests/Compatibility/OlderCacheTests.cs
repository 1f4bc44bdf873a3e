using System.Text.Json;
using Kedge.Tensors;
using Kedge.Tests.Support;
using static TorchSharp.torch;

namespace Kedge.Tests.Compatibility;

/// <summary>
/// A feature cache with blocks of images, of patches, of unprojected features, of both, of random
/// views and of adapted towers.
/// </summary>
public sealed class OlderCacheTests : IDisposable
{
    private const double Tolerance = 1e-6;  // of probabilities after a refit in closed form
    private const double Encoded = 1e-5;    // of unit features, between machines

    private readonly OlderFiles _files = new();

    public static TheoryData<string, string[]> Fits => new()
    {
        { "tip-adapter", [] },
        { "calip", [] },                                                            // patches
        { "prolip", ["--option", "epochs=1"] },                                     // unprojected features
        { "fuse", ["--option", "methods=calip,prolip[epochs=1]"] },                 // both
        { "tip-adapter", ["--views", "3"] },                                        // random views
    };

    public void Dispose() => _files.Dispose();

    [Theory, MemberData(nameof(Fits))]
    public void A_fit_on_cached_features_encodes_nothing(string method, string[] options)
    {
        var cache = _files.CopyCache();
        Assert.Equal(0, Fit(cache, ["--method", method, .. options]).GetProperty("encoded").GetInt32());
        OlderFiles.EveryImageWasFound(cache);
    }

    [Theory]
    [InlineData("tip-adapter", "tip-adapter", "--option", "alpha=1", "--option", "beta=5.5")] // the defaults of the time
    [InlineData("calip", "calip", "--option", "unit=true")] // the form of the time
    [InlineData("gda", "gda-calibrated", "--calibrate", "--option", "priorShare=0.25")] // the default of the time
    [InlineData("tip-adapter", "tip-adapter-views-rejecting", "--views", "3", "--reject", "0.1",
        "--option", "alpha=1", "--option", "beta=5.5")]
    public void A_fit_on_cached_features_gives_the_same_classifier(string method, string recorded, params string[] options)
    {
        var cache = _files.CopyCache();
        Fit(cache, ["--method", method, .. options]);
        Predictions.Equal(Predictions.Recorded(recorded), Predictions.Of(recorded, _files["x.kedge"], cache), Tolerance);
    }

    [Fact]
    public void Cached_features_are_those_of_the_images()
    {
        var cache = _files.CopyCache();
        using var scope = NewDisposeScope();
        var (cached, encoded) = (Embed(["--cache", cache]), Embed(["--no-cache"]));
        OlderFiles.EveryImageWasFound(cache);
        Assert.InRange((cached - encoded).abs().max().item<float>(), 0, Encoded);
    }

    private JsonElement Fit(string cache, string[] options)
    {
        string[] draw = ["--data", OlderFiles.Photos, "--model", OlderFiles.Vit, "--shots", "4", "--cache", cache];
        return JsonDocument.Parse(CliRun.Of(["fit", .. draw, .. options, "--out", _files["x.kedge"], "--json"]).Out).RootElement;
    }

    private Tensor Embed(string[] options)
    {
        CliRun.Done(["embed", "--images", .. OlderFiles.Predicted, "--model",
            OlderFiles.Vit, "--out", _files["x.safetensors"], .. options]);
        using var file = SafetensorsFile.Open(_files["x.safetensors"]);
        return file.Read("image.features");
    }
}
