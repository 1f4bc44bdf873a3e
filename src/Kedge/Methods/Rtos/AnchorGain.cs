using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>How much a word would help as an anchor, by <see cref="AnchorMining"/>.</summary>
/// <param name="Word">The word.</param>
/// <param name="Gain">The first-order fall of the support set's cross entropy, in nats per unit of the anchor's weight; negative where the word misleads.</param>
/// <param name="StandardError">How far chance alone moves the gain: its standard deviation over the support images, divided by √N.</param>
/// <param name="Classes">The classes that the word speaks for most, at most three, the first most.</param>
internal sealed record AnchorGain(string Word, double Gain, double StandardError, IReadOnlyList<ClassRatio> Classes);

/// <summary>How much more a class is related to an anchor than classes are on average.</summary>
/// <param name="ClassName">The class.</param>
/// <param name="Ratio">R_cj over its mean over the classes, 0 to C; 1 is the average.</param>
internal readonly record struct ClassRatio(string ClassName, double Ratio);

/// <summary>How far words are encoded.</summary>
/// <param name="Done">Words whose features are there.</param>
/// <param name="Total">K, all words.</param>
internal readonly record struct WordProgress(int Done, int Total);

/// <summary>Options of <see cref="AnchorMining"/>.</summary>
internal sealed record AnchorMiningOptions : MethodOptions
{
    /// <summary>τ_r, the temperature of the relation class → anchor, 0 to 10; 0 is automatic, half the standard deviation of the cosines. Default 0.</summary>
    public double RelationTemperature { get; init; }

    /// <summary>τ_a, the temperature of the attention image → anchor, 0 to 10; 0 is automatic, as τ_r. Default 0.</summary>
    public double AttentionTemperature { get; init; }

    /// <summary>Words scored at once, 1 to 1,000,000: bounds the memory and changes nothing else but the last digits. Default 1024.</summary>
    public int WordsAtOnce { get; init; } = 1024;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(RelationTemperature, 0, 10);
        Require(AttentionTemperature, 0, 10);
        Require(WordsAtOnce, 1, 1_000_000);
    }
}
