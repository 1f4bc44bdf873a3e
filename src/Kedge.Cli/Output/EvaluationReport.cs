using Kedge.Calibration;
using Kedge.Evaluation;
using Kedge.Persistence;

namespace Kedge.Cli.Output;

/// <summary>How often a classifier was right.</summary>
internal static class EvaluationReport
{
    private const int TopFive = 5;

    /// <summary>The figures, class by class too; or a JSON object.</summary>
    public static void WriteEvaluation(this TextWriter output, string data, string split, string method, ClassifierCard card, EvaluationResult result, bool json)
    {
        if (json)
        {
            output.WriteJson(new
            {
                data,
                split,
                images = result.Count,
                result.Top1,
                top5 = result.ClassNames.Count > TopFive ? result.Top5 : (double?)null,
                result.MacroF1,
                result.Calibration.NegativeLogLikelihood,
                expectedCalibrationError = result.Calibration.ExpectedError,
                result.Uncalibrated,
                result.Rejection,
                result.ClassNames,
                result.ClassAccuracies,
                result.Confusion,
            });
            return;
        }
        output.WriteFacts([
            ("data", $"{data}, part {split}, {result.Count} images"),
            ("classifier", $"{method} on {card.Model}"),
            ("top-1 accuracy", $"{result.Top1:0.0 %}"),
            .. result.ClassNames.Count > TopFive ? [("top-5 accuracy", $"{result.Top5:0.0 %}")] : Array.Empty<(string, object?)>(),
            ("macro F1", $"{result.MacroF1:0.000}"),
            ("log loss", $"{result.Calibration.NegativeLogLikelihood:0.000}{(result.Uncalibrated is { } raw ? $" ({raw.NegativeLogLikelihood:0.000} uncalibrated)" : "")}"),
            ("calibration error", $"{result.Calibration.ExpectedError:0.0 %}{(result.Uncalibrated is { } rawly ? $" ({rawly.ExpectedError:0.0 %} uncalibrated)" : "")}"),
            .. result.Rejection is { } rejection ? Rejected(rejection, card.Probabilities!.Rejection!, result.Count) : [],
        ]);
        output.WriteClasses(result);
    }

    private static (string, object?)[] Rejected(RejectionResult result, ConformalPredictor rule, int images) => [
        ("none of these", $"{result.Rejected} of {images} ({result.Rejected / (double)images:0.0 %}), all wrongly; asked for {rule.ErrorRate:0.### %}"),
        ("accuracy of the rest", result.AcceptedAccuracy is { } accuracy ? $"{accuracy:0.0 %}" : "–"),
        ("class in the set", $"{result.Coverage:0.0 %}, {result.SetSize:0.0} classes a set"),
    ];
}
