using Kedge.Calibration;
using Kedge.Evaluation;
using Kedge.Persistence;
using Kedge.Reports.Records;

namespace Kedge.Cli.Output;

/// <summary>Writes an evaluation as text or JSON.</summary>
internal static class EvaluationText
{
    /// <summary>The figures, class by class too; or a JSON object.</summary>
    public static void WriteEvaluation(
        this TextWriter output, string data, string split, string method, ClassifierCard card, EvaluationResult result, bool json)
    {
        var record = EvaluationRecord.From(data, split, result);
        if (json)
        {
            output.WriteJson(record);
            return;
        }
        var raw = record.Uncalibrated;
        output.WriteFacts([
            ("data", $"{data}, part {split}, {record.Images} images{LeftOutPhotos.Describe(record.LeftOut)}"),
            ("classifier", $"{method} on {card.Model}"),
            ("top-1 accuracy", $"{record.Top1:0.0 %}"),
            ("balanced accuracy", $"{record.BalancedAccuracy:0.0 %}"),
            .. record.Top5 is { } top5 ? [("top-5 accuracy", $"{top5:0.0 %}")] : Array.Empty<(string, object?)>(),
            ("macro F1", $"{record.MacroF1:0.000}"),
            ("log loss",
                $"{record.NegativeLogLikelihood:0.000}{(raw is null ? "" : $" ({raw.NegativeLogLikelihood:0.000} uncalibrated)")}"),
            ("calibration error",
                $"{record.ExpectedCalibrationError:0.0 %}{(raw is null ? "" : $" ({raw.ExpectedError:0.0 %} uncalibrated)")}"),
            .. record.Rejection is { } rejection ? Rejected(record, rejection, card.Probabilities!.Rejection!) : [],
        ]);
        output.WriteClasses(result);
    }

    private static (string, object?)[] Rejected(EvaluationRecord record, RejectionResult result, ConformalPredictor rule) => [
        ("none of these", $"{result.Rejected} of {record.Images} ({record.RejectedShare:0.0 %}), all wrongly; " +
            $"asked for {rule.ErrorRate:0.### %}"),
        ("accuracy of the rest", result.AcceptedAccuracy is { } accuracy ? $"{accuracy:0.0 %}" : "–"),
        ("class in the set", $"{result.Coverage:0.0 %}, {result.SetSize:0.0} classes a set"),
    ];
}
