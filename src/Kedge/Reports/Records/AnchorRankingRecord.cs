using System.Text.Json.Serialization;
using Kedge.Methods;
using Kedge.Tasks;

namespace Kedge.Reports.Records;

/// <summary>A ranking of candidate anchors by their gain.</summary>
/// <param name="Data">The data set.</param>
/// <param name="Model">The CLIP.</param>
/// <param name="Shots">S; null is all images.</param>
/// <param name="Seed">The seed of the draw.</param>
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
            [.. gain.Classes.Select(found => new ClassRatioRecord(found.ClassName, found.Ratio))]))]);
}

/// <summary>The gain of a word as an anchor.</summary>
/// <param name="Word">The word.</param>
/// <param name="Gain">The first-order decrease of the support set's cross entropy, in nats.</param>
/// <param name="StandardError">The standard error of the gain.</param>
/// <param name="Classes">The classes most related to the word, in descending order of their ratio.</param>
internal sealed record AnchorGainRecord(string Word, double Gain, double StandardError, IReadOnlyList<ClassRatioRecord> Classes);

/// <summary>How strongly a class is related to a word, relative to the average class.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Ratio">0 to C; 1 is the average.</param>
internal sealed record ClassRatioRecord(string ClassName, [property: JsonPropertyName("lift")] double Ratio);
