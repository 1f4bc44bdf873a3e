using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>The gain of a word as an anchor, by <see cref="AnchorMining"/>.</summary>
/// <param name="Word">The word.</param>
/// <param name="Gain">
/// The first-order decrease of the support set's cross entropy, in nats per unit of the anchor's weight; negative where
/// the word would increase it.
/// </param>
/// <param name="StandardError">
/// The standard error of the gain: its standard deviation over the support images, divided by √N.
/// </param>
/// <param name="Classes">The classes most related to the word, at most three, in descending order.</param>
internal sealed record AnchorGain(string Word, double Gain, double StandardError, IReadOnlyList<ClassRatio> Classes);

/// <summary>The relation of a class to an anchor, as a ratio to the mean over the classes.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Ratio">R_cj over its mean over the classes, 0 to C; 1 is the average.</param>
internal readonly record struct ClassRatio(string ClassName, double Ratio);

/// <summary>The progress of encoding words.</summary>
/// <param name="Done">Words encoded.</param>
/// <param name="Total">K, all words.</param>
internal readonly record struct WordProgress(int Done, int Total);

/// <summary>Options of <see cref="AnchorMining"/>.</summary>
internal sealed record AnchorMiningOptions : MethodOptions
{
    /// <summary>
    /// τ_r, the temperature of the relation class → anchor, 0 to 10; 0 is automatic, half the standard deviation
    /// of the cosines. Default 0.
    /// </summary>
    public double RelationTemperature { get; init; }

    /// <summary>
    /// τ_a, the temperature of the attention image → anchor, 0 to 10; 0 is automatic, as τ_r. Default 0.
    /// </summary>
    public double AttentionTemperature { get; init; }

    /// <summary>
    /// Words scored in one chunk, 1 to 1,000,000: bounds the memory and changes nothing else but the last digits.
    /// Default 1024.
    /// </summary>
    public int WordsAtOnce { get; init; } = 1024;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(RelationTemperature, 0, 10);
        Require(AttentionTemperature, 0, 10);
        Require(WordsAtOnce, 1, 1_000_000);
    }
}
