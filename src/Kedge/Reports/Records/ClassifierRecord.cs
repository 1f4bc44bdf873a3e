using System.Text.Json;
using System.Text.Json.Serialization;
using Kedge.Calibration;
using Kedge.FewShot;
using Kedge.Persistence;

namespace Kedge.Reports.Records;

/// <summary>The result of a fit.</summary>
/// <param name="Classifier">The classifier's file.</param>
/// <param name="Bytes">The size of the file.</param>
/// <param name="Model">The CLIP that it was fitted on, or whose features.</param>
/// <param name="Fingerprint">That of the model's weights, or of the task.</param>
/// <param name="Method">The method's name in the catalog.</param>
/// <param name="Options">All options of the method.</param>
/// <param name="ClassNames">The C names.</param>
/// <param name="Templates">The prompt templates.</param>
/// <param name="Support">The support set.</param>
/// <param name="Encoded">How many images were encoded for the fit; the others came from the cache.</param>
/// <param name="Selection">The data that hyper-parameters were selected on.</param>
/// <param name="Probabilities">Its calibration; null where it was not calibrated.</param>
/// <param name="Seconds">The time it took.</param>
internal sealed record ClassifierRecord(
    string Classifier, long Bytes, string Model, string Fingerprint, string Method, JsonElement Options, IReadOnlyList<string> ClassNames,
    IReadOnlyList<string> Templates, SupportDescription Support, int Encoded, string Selection, Calibrator? Probabilities, double Seconds)
{
    private const int MinShots = 2; // of which one can be left out

    /// <summary>
    /// The shots a class that the requested error rate needs for a rejection threshold; 0 where
    /// rejection was not requested.
    /// </summary>
    [JsonIgnore]
    public int ShotsToReject => Probabilities?.Rejection is not { } rejection ? 0
        : Math.Max(MinShots, (rejection.ImagesNeeded + ClassNames.Count - 1) / ClassNames.Count);

    /// <summary>The record of a fit.</summary>
    /// <param name="path">The classifier's file, which is there.</param>
    /// <param name="card">The provenance of the classifier.</param>
    /// <param name="state">The state of the classifier.</param>
    /// <param name="encoded">How many images were encoded for it.</param>
    /// <param name="seconds">The time it took.</param>
    public static ClassifierRecord From(string path, ClassifierCard card, ClassifierState state, int encoded, double seconds) => new(
        path, new FileInfo(path).Length, card.Model, card.Fingerprint, state.Method, state.Options, state.ClassNames, state.Templates,
        card.Support, encoded, state.Selection, card.Probabilities, seconds);
}
