using System.Text.Json.Serialization;
using Kedge.Calibration;
using Kedge.Evaluation;

namespace Kedge.Reports.Records;

/// <summary>Metrics of a classifier on labelled images. Shares are from 0 to 1.</summary>
/// <param name="Data">The data set or task.</param>
/// <param name="Split">Its part: train, validation, test or all.</param>
/// <param name="Images">Q, images evaluated.</param>
/// <param name="Top1">The share whose class has the highest logit.</param>
/// <param name="BalancedAccuracy">The mean of the classes' accuracies.</param>
/// <param name="Top5">The share whose class is among the five highest; null up to five classes.</param>
/// <param name="MacroF1">The mean of the classes' F1.</param>
/// <param name="NegativeLogLikelihood">In nats.</param>
/// <param name="ExpectedCalibrationError">Over 15 bins.</param>
/// <param name="Uncalibrated">The last two without the classifier's temperature; null where it has none.</param>
/// <param name="Rejection">Metrics of rejection ("none of these"); null where the classifier does not reject.</param>
/// <param name="ClassNames">The C names.</param>
/// <param name="ClassAccuracies">[C]; null for a class without images.</param>
/// <param name="Confusion">[C][C]: true class by row, predicted class by column.</param>
internal sealed record EvaluationRecord(
    string Data, string Split, int Images, double Top1, double BalancedAccuracy, double? Top5, double MacroF1,
    double NegativeLogLikelihood, double ExpectedCalibrationError, CalibrationError? Uncalibrated, RejectionResult? Rejection,
    IReadOnlyList<string> ClassNames, IReadOnlyList<double?> ClassAccuracies,
    IReadOnlyList<IReadOnlyList<int>> Confusion)
{
    /// <summary>Images that were left out, as they cannot be read; absent where none was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LeftOut { get; private init; }

    private const int TopFive = 5;

    /// <summary>The share of images that are rejected; 0 where the classifier does not reject.</summary>
    [JsonIgnore]
    public double RejectedShare => (Rejection?.Rejected ?? 0) / (double)Images;

    /// <summary>The record of an evaluation.</summary>
    /// <param name="data">The data set or task.</param>
    /// <param name="split">Its part.</param>
    /// <param name="result">The figures.</param>
    public static EvaluationRecord From(string data, string split, EvaluationResult result) => new(
        data, split, result.Count, result.Top1, result.BalancedAccuracy,
        result.ClassNames.Count > TopFive ? result.Top5 : null, result.MacroF1,
        result.Calibration.NegativeLogLikelihood, result.Calibration.ExpectedError,
        result.Uncalibrated, result.Rejection, result.ClassNames, result.ClassAccuracies, result.Confusion)
    {
        LeftOut = result.LeftOut,
    };
}
