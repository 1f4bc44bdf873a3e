namespace Kedge.Training;

/// <summary>
/// Options of a <see cref="TrainingLoop"/> with any objective: AdamW, linear warm-up and cosine decay.
/// </summary>
/// <param name="Steps">Training steps, 1 or more.</param>
/// <param name="LearningRate">Peak learning rate, above 0.</param>
/// <param name="WarmUpSteps">Steps of linear warm-up, 0 or more.</param>
/// <param name="WeightDecay">Decoupled weight decay, 0 or more, on matrices only.</param>
/// <param name="Beta2">AdamW's β₂, 0 to below 1.</param>
/// <param name="ClipNorm">Maximum of the global gradient norm, above 0.</param>
/// <param name="AverageDecay">Decay of the EMA of the weights, 0 to below 1; 0 for no averaging.</param>
/// <param name="CheckpointEvery">Steps between checkpoints, 1 or more.</param>
internal sealed record TrainingOptions(
    int Steps, double LearningRate, int WarmUpSteps, double WeightDecay, double Beta2,
    double ClipNorm, double AverageDecay, int CheckpointEvery)
{
    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public TrainingOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LearningRate);
        ArgumentOutOfRangeException.ThrowIfNegative(WarmUpSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(WeightDecay);
        ArgumentOutOfRangeException.ThrowIfNegative(Beta2);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Beta2, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ClipNorm);
        ArgumentOutOfRangeException.ThrowIfNegative(AverageDecay);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(AverageDecay, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointEvery, 1);
        return this;
    }
}
