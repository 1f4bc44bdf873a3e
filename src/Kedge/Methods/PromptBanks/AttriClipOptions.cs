using System.Text.Json.Serialization;
using Kedge.FewShot;

namespace Kedge.Methods;

/// <summary>
/// Options of <see cref="AttriClip"/>. The learning rate is for 20 images a step, as in the published code, and is
/// multiplied by the real number of a step's images ÷ 20.
/// </summary>
internal sealed record AttriClipOptions() : EpochOptions(epochs: 10, learningRate: 0.001, batchSize: 32, maxLearningRate: 10)
{
    /// <summary>K, keys and prompts of the bank, 1 to 64. Default 10: the paper's.</summary>
    public int Prompts { get; init; } = 10;

    /// <summary>M, learned tokens a prompt, 1 to 64. Default 12: the paper's.</summary>
    public int ContextTokens { get; init; } = 12;

    /// <summary>S, prompts that an image picks, 1 to K. Default 3: the paper's.</summary>
    public int Picks { get; init; } = 3;

    /// <summary>λ_k, the weight of the keys' loss, 0 to 1000. Default 0.7: the paper's.</summary>
    public double KeyWeight { get; init; } = 0.7;

    /// <summary>λ_p, the weight of the prompts' loss, 0 to 1000. Default 0.3: the paper's.</summary>
    public double PromptWeight { get; init; } = 0.3;

    /// <summary>
    /// Words between a prompt and the full stop where prompts are compared with each other, "x x x" say. Default none;
    /// the published code leaves (S − 1) M times "x" there.
    /// </summary>
    [JsonPropertyOrder(RateOrder - 1)]
    public string Filler { get; init; } = "";

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Prompts, 1, 64);
        Require(ContextTokens, 1, 64);
        Require(Picks, 1, Prompts);
        Require(KeyWeight, 0, 1000);
        Require(PromptWeight, 0, 1000);
    }
}
