using Kedge.Evaluation;
using Kedge.Export;

namespace Kedge.Cli;

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
            ("log loss", $"{result.Calibration.NegativeLogLikelihood:0.000}"),
            ("calibration error", $"{result.Calibration.ExpectedError:0.0 %}"),
        ]);
        output.WriteClasses(result);
    }
}
