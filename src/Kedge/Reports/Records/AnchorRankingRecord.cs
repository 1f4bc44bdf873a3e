using Kedge.Methods;
using Kedge.Tasks;

namespace Kedge.Reports.Records;

/// <summary>The words that would help most as anchors.</summary>
/// <param name="Data">The data set.</param>
/// <param name="Model">The CLIP.</param>
/// <param name="Shots">S; null is all images.</param>
/// <param name="Seed">Of the draw.</param>
/// <param name="Ranked">How many words were ranked.</param>
/// <param name="Words">The best of them, the best first.</param>
internal sealed record AnchorRankingRecord(
    string Data, string Model, int? Shots, int Seed, int Ranked, IReadOnlyList<AnchorGainRecord> Words)
{
    /// <summary>The record of a ranking.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="model">The CLIP.</param>
    /// <param name="options">The draw.</param>
    /// <param name="gains">All words, the best first.</param>
    /// <param name="top">How many of them to keep.</param>
    public static AnchorRankingRecord From(
        string data, string model, TaskOptions options, IReadOnlyList<AnchorGain> gains, int top) => new(
        data, model, options.Shots, options.Seed, gains.Count,
        [.. gains.Take(top).Select(gain => new AnchorGainRecord(
            gain.Word, gain.Gain, gain.StandardError,
            [.. gain.Classes.Select(found => new ClassLiftRecord(found.ClassName, found.Ratio))]))]);
}

/// <summary>How much a word would help.</summary>
/// <param name="Word">The word.</param>
/// <param name="Gain">The first-order fall of the support set's cross entropy, in nats.</param>
/// <param name="StandardError">Of the gain.</param>
/// <param name="Classes">Those that the word is most related to, the most first.</param>
internal sealed record AnchorGainRecord(string Word, double Gain, double StandardError, IReadOnlyList<ClassLiftRecord> Classes);

/// <summary>How much more a class is related to a word than classes are on average.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Lift">0 to C; 1 is the average.</param>
internal sealed record ClassLiftRecord(string ClassName, double Lift);
