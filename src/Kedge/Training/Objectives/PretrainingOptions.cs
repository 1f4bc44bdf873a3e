using System.Text.Json.Serialization;

namespace Kedge.Training.Objectives;

/// <summary>The precision of an image tower in training.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingPrecision>))]
internal enum TrainingPrecision
{
    /// <summary>Single precision (F32) throughout.</summary>
    F32,

    /// <summary>
    /// Mixed precision: activations and matrix products of the image tower in bfloat16; about twice as fast on
    /// processors with AVX512-BF16 or AMX, slower on others.
    /// </summary>
    BF16,
}

/// <summary>
/// Options of CLIP pretraining. Where a source is named, the default is its; the others suit
/// small models and short runs.
/// </summary>
internal sealed record PretrainingOptions
{
    /// <summary>Training steps, 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>B, pairs per batch, 2 or more; at most the number of groups.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>Peak learning rate, above 0; cosine decay to 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// Steps of linear warm-up, 0 or more; with as many as the run's steps or more, there is no decay.
    /// </summary>
    public int WarmUpSteps { get; init; } = 200;

    /// <summary>
    /// Decoupled weight decay, 0 or more, on matrices only; 0.2 in CLIP (table 18) for far longer runs.
    /// </summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>AdamW's β₂, 0 to below 1 (CLIP, table 18, ViT).</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>Maximum of the global gradient norm, above 0.</summary>
    public double ClipNorm { get; init; } = 1.0;

    /// <summary>The loss; CLIP's by default.</summary>
    public ContrastiveLoss Loss { get; init; } = ContrastiveLoss.InfoNce;

    /// <summary>
    /// M, captions of other groups as further negatives of a batch's images, 0 or more (as many as available at most):
    /// texts are cheap to encode, and make small batches harder.
    /// </summary>
    public int NegativeCaptions { get; init; }

    /// <summary>
    /// Gradient accumulation: batches whose gradients are averaged per step, 1 or more;
    /// negatives are those of each batch.
    /// </summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>
    /// Decay of the exponential moving average (EMA) of the weights, 0 to below 1; at most (1 + step) / (10 + step) in
    /// early steps. The averaged weights are evaluated and written; 0 for no averaging.
    /// </summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>Precision of the image tower; weights, optimiser and losses stay F32.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.F32;

    /// <summary>
    /// Weight of the text distillation loss (<see cref="TeacherTextFeatures"/>), 0 or more; unused without a teacher.
    /// </summary>
    public double TeacherWeight { get; init; } = 1;

    /// <summary>Batch size of text distillation, in names, 1 or more.</summary>
    public int TeacherBatchSize { get; init; } = 64;

    /// <summary>Smallest area of a random crop, as a share of the image's area, above 0 to 1.</summary>
    public double MinimumCropArea { get; init; } = 0.35;

    /// <summary>Probability of a horizontal flip, 0 to 1; use 0 where captions mention left and right.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>
    /// Strength of random brightness, contrast and saturation (<see cref="Imaging.ColourJitter"/>), 0 to 1.
    /// </summary>
    public double ColourJitter { get; init; } = 0.2;

    /// <summary>Seed of the initialisation, the order of pairs, captions and crops.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Steps between checkpoints, 1 or more.</summary>
    public int CheckpointEvery { get; init; } = 250;

    /// <summary>The options of the training loop.</summary>
    internal TrainingOptions Loop => new(Steps, LearningRate, WarmUpSteps, WeightDecay, Beta2, ClipNorm, AverageDecay, CheckpointEvery);

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal PretrainingOptions Checked()
    {
        Loop.Checked();
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MinimumCropArea);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinimumCropArea, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(NegativeCaptions);
        ArgumentOutOfRangeException.ThrowIfLessThan(AccumulationSteps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(TeacherWeight);
        ArgumentOutOfRangeException.ThrowIfLessThan(TeacherBatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(FlipProbability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FlipProbability, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ColourJitter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ColourJitter, 1);
        return this;
    }
}
