using Kedge.Calibration;
using Kedge.FewShot;
using Kedge.Persistence;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes the result of a fit as text or JSON.</summary>
internal static class FitText
{
    /// <summary>A fact a line; or a JSON object.</summary>
    public static void WriteFit(
        this TextWriter output, string path, ClassifierCard card, ClassifierState state, int encoded, double seconds, bool json)
    {
        var record = ClassifierRecord.From(path, card, state, encoded, seconds);
        if (json)
        {
            output.WriteJson(record);
            return;
        }
        var upTo = record.Support.Images < record.Support.Shots * record.ClassNames.Count ? "up to " : "";
        var draw = record.Support.Shots is { } shots ? $" ({upTo}{shots} shots, seed {record.Support.Seed})" : "";
        var now = card.OfFeatures ? "" : $", {encoded} of them encoded now";
        var leftOut = LeftOutPhotos.Describe(record.Support.LeftOut);
        output.WriteFacts([
            ("classifier", $"{path}, {record.Bytes:N0} bytes"),
            ("method", record.Method),
            ("model", record.Model),
            ("classes", record.ClassNames.Count),
            ("support images", $"{record.Support.Images} of {record.Support.Data}{draw}{now}{leftOut}"),
            ("hyper-parameters chosen on", record.Selection),
            .. record.Probabilities is { } probabilities ? Calibrated(probabilities, record.ShotsToReject) : [],
            ("seconds", $"{seconds:0.0}"),
        ]);
    }

    private static (string, object?)[] Calibrated(Calibrator found, int shotsToReject) => [
        ("temperature", $"{found.Temperature:0.000}, by {found.Images} left-out images in {found.Folds} folds"),
        ("left-out log loss", $"{found.After.NegativeLogLikelihood:0.000} ({found.Before.NegativeLogLikelihood:0.000} before)"),
        ("left-out calibration error", $"{found.After.ExpectedError:0.0 %} ({found.Before.ExpectedError:0.0 %} before)"),
        .. found.Rejection is { } rejection
            ? [("none of these", Describe(rejection, found.Images, shotsToReject))] : Array.Empty<(string, object?)>(),
    ];

    private static string Describe(ConformalPredictor rejection, int images, int shots) => rejection.SimilarityThreshold is { } least
        ? $"below a likeness of {least:0.000} to the support images, at an error rate of {rejection.ErrorRate:0.### %}"
        : $"never: an error rate of {rejection.ErrorRate:0.### %} needs {rejection.ImagesNeeded} left-out images, {shots} shots, "
            + $"and there were {images}";
}
