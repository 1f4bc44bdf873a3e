using Kedge.Calibration;
using Kedge.FewShot;
using Kedge.Methods;
using Kedge.Tasks;

namespace Kedge;

/// <summary>What an <see cref="ImageClassifier"/> is learned with. All of it is kept with the classifier.</summary>
public sealed record ImageClassifierOptions : TaskOptions
{
    /// <summary>
    /// How to learn: a method with its options, such as <c>new TipAdapter(new() { Alpha = 2 })</c> or
    /// <c>MethodCatalog.Default.Create("tip-adapter")</c>; default <see cref="RtosPlus"/> with its defaults.
    /// </summary>
    public FewShotMethod Method { get; init; } = new RtosPlus(new());

    /// <summary>
    /// Whether probabilities are calibrated and photos rejected, at the cost of up to four more
    /// fits; default null, neither.
    /// </summary>
    public CalibrationOptions? Calibration { get; init; }

    /// <summary>The program that the saved file names as its maker; default "Kedge".</summary>
    public string CreatedBy { get; init; } = "Kedge";
}
