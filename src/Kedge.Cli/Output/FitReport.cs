using Kedge.Calibration;
using Kedge.FewShot;
using Kedge.Persistence;

namespace Kedge.Cli.Output;

/// <summary>What a fit has made.</summary>
internal static class FitReport
{
    /// <summary>A fact a line; or a JSON object.</summary>
    public static void WriteFit(this TextWriter output, string path, ClassifierCard card, ClassifierState state, int encoded, double seconds, bool json)
    {
        var bytes = new FileInfo(path).Length;
        if (json)
        {
            output.WriteJson(new
            {
                classifier = path,
                bytes,
                card.Model,
                card.Fingerprint,
                state.Method,
                state.Options,
                state.ClassNames,
                state.Templates,
                card.Support,
                encoded,
                state.Selection,
                card.Probabilities,
                seconds,
            });
            return;
        }
        var draw = card.Support.Shots is { } shots ? $" ({shots} shots, seed {card.Support.Seed})" : "";
        var now = card.OfFeatures ? "" : $", {encoded} of them encoded now";
        output.WriteFacts([
            ("classifier", $"{path}, {bytes:N0} bytes"),
            ("method", state.Method),
            ("model", card.Model),
            ("classes", state.ClassCount),
            ("support images", $"{card.Support.Images} of {card.Support.Data}{draw}{now}"),
            ("hyper-parameters chosen on", state.Selection),
            .. card.Probabilities is { } probabilities ? Calibrated(probabilities, state.ClassCount) : [],
            ("seconds", $"{seconds:0.0}"),
        ]);
    }

    private static (string, object?)[] Calibrated(Calibrator found, int classes) => [
        ("temperature", $"{found.Temperature:0.000}, by {found.Images} left-out images in {found.Folds} folds"),
        ("left-out log loss", $"{found.After.NegativeLogLikelihood:0.000} ({found.Before.NegativeLogLikelihood:0.000} before)"),
        ("left-out calibration error", $"{found.After.ExpectedError:0.0 %} ({found.Before.ExpectedError:0.0 %} before)"),
        .. found.Rejection is { } rejection ? [("none of these", Describe(rejection, found.Images, classes))] : Array.Empty<(string, object?)>(),
    ];

    private static string Describe(ConformalPredictor rejection, int images, int classes) => rejection.SimilarityThreshold is { } least
        ? $"below a likeness of {least:0.000} to the support images, at an error rate of {rejection.ErrorRate:0.### %}"
        : $"never: an error rate of {rejection.ErrorRate:0.### %} needs {rejection.ImagesNeeded} left-out images, {Math.Max(2, (rejection.ImagesNeeded + classes - 1) / classes)} shots, and there were {images}";
}
