using System.Text.Json.Serialization;

namespace Kedge.FewShot;

/// <summary>Options of a method that learns in mini-batches; each method states its defaults.</summary>
public abstract record LearningOptions : MethodOptions
{
    private protected const int RateOrder = 1, OptimizerOrder = 2, DecayOrder = 3,
        LengthOrder = 4, SizeOrder = 5, LastOrder = 6, SeedOrder = 7; // in JSON, after the method's own

    private readonly double _maxLearningRate;

    /// <summary>Takes the method's defaults.</summary>
    /// <param name="learningRate">The default learning rate.</param>
    /// <param name="batchSize">The default of images a step.</param>
    /// <param name="maxLearningRate">The largest learning rate allowed: 1 for Adam and AdamW, 10 for stochastic
    /// gradient descent.</param>
    protected LearningOptions(double learningRate, int batchSize, double maxLearningRate = 1) =>
        (LearningRate, BatchSize, _maxLearningRate) = (learningRate, batchSize, maxLearningRate);

    /// <summary>
    /// The largest learning rate, of the first step (after the warm-up, where the method has one), above 0 to 1; with
    /// stochastic gradient descent to 10.
    /// </summary>
    [JsonPropertyOrder(RateOrder)]
    public double LearningRate { get; init; }

    /// <summary>Images a step, 1 to 1,000,000.</summary>
    [JsonPropertyOrder(SizeOrder)]
    public int BatchSize { get; init; }

    /// <summary>
    /// Seed of the order of the images, and of a start and dropout that are drawn, 0 or above. Default 1.
    /// </summary>
    [JsonPropertyOrder(SeedOrder)]
    public int Seed { get; init; } = 1;

    /// <inheritdoc/>
    protected internal override void Check()
    {
        Require(LearningRate, double.Epsilon, _maxLearningRate);
        Require(BatchSize, 1, 1_000_000);
        Require(Seed, 0, int.MaxValue);
    }
}

/// <summary>
/// Options of a method that learns in mini-batches for a number of passes over the support set; each
/// method states its defaults.
/// </summary>
public abstract record EpochOptions : LearningOptions
{
    /// <summary>Takes the method's defaults.</summary>
    /// <param name="epochs">The default of passes over the support set.</param>
    /// <param name="learningRate">The default learning rate.</param>
    /// <param name="batchSize">The default of images a step.</param>
    /// <param name="maxLearningRate">The largest learning rate allowed: 1 for Adam and AdamW, 10 for stochastic
    /// gradient descent.</param>
    protected EpochOptions(int epochs, double learningRate, int batchSize, double maxLearningRate = 1)
        : base(learningRate, batchSize, maxLearningRate) => Epochs = epochs;

    /// <summary>Passes over the support set, 0 to 100,000; 0 leaves what is learned at its start.</summary>
    [JsonPropertyOrder(LengthOrder)]
    public int Epochs { get; init; }

    /// <inheritdoc/>
    protected internal override void Check()
    {
        base.Check();
        Require(Epochs, 0, 100_000);
    }
}
