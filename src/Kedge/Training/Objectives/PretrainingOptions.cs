using System.Text.Json.Serialization;

namespace Kedge.Training.Objectives;

/// <summary>The number format of an image tower in training.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrainingPrecision>))]
internal enum TrainingPrecision
{
    /// <summary>Single precision throughout.</summary>
    F32,

    /// <summary>Activations and products of the image tower in bfloat16: about twice as fast on a processor with AVX512-BF16 or AMX, slower on others.</summary>
    BF16,
}

/// <summary>How a CLIP is trained from nothing. Where a source is named, the default is its; the others suit small models and short runs.</summary>
internal sealed record PretrainingOptions
{
    /// <summary>Training steps, 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>Pairs a step, B, 2 or more; at most the number of groups.</summary>
    public int BatchSize { get; init; } = 200;

    /// <summary>Peak learning rate, above 0; a cosine schedule takes it to 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps of linear warm-up, 0 or more; with as many as the run has or more, the rate never falls.</summary>
    public int WarmUpSteps { get; init; } = 200;

    /// <summary>Decoupled weight decay, 0 or more, on matrices only; 0.2 in CLIP (table 18) for far longer runs.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>AdamW's second decay, 0 to below 1 (CLIP, table 18, ViT).</summary>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>The gradient's norm over all weights is clipped to this, above 0.</summary>
    public double ClipNorm { get; init; } = 1.0;

    /// <summary>The loss; CLIP's by default.</summary>
    public ContrastiveLoss Loss { get; init; } = ContrastiveLoss.InfoNce;

    /// <summary>
    /// Captions of other groups as further negatives of a batch's images, 0 or more (as many as there are, if that is fewer):
    /// text is cheap to encode, and more of it makes small batches harder.
    /// </summary>
    public int NegativeCaptions { get; init; }

    /// <summary>Gradient accumulation: batches whose gradients are averaged into one step, 1 or more; each is its own set of negatives.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>
    /// Share of the old value that a step keeps in the averaged weights (EMA), 0 to below 1; early steps keep less, (1 + step) / (10 + step).
    /// The average is what is measured and what a run ends with; 0 for the last step's weights instead.
    /// </summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>The number format that the image tower computes in; weights, optimiser and losses stay single.</summary>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.F32;

    /// <summary>Weight of text distillation (<see cref="TeacherTextFeatures"/>) beside the contrastive loss, 0 or more; unused without a teacher.</summary>
    public double TeacherWeight { get; init; } = 1;

    /// <summary>Names a step of text distillation, 1 or more.</summary>
    public int TeacherBatchSize { get; init; } = 64;

    /// <summary>The least part of a photo's area that a random crop keeps, above 0 to 1.</summary>
    public double MinimumCropArea { get; init; } = 0.35;

    /// <summary>How often an image is mirrored, 0 to 1; 0 where captions speak of left and right.</summary>
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>Strength of random brightness, contrast and saturation (<see cref="Imaging.ColourJitter"/>), 0 to 1.</summary>
    public double ColourJitter { get; init; } = 0.2;

    /// <summary>Seed of the start, the order of pairs, captions and crops.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Steps between checkpoints, 1 or more.</summary>
    public int CheckpointEvery { get; init; } = 250;

    /// <summary>What the training loop needs to know.</summary>
    internal TrainingOptions Loop => new(Steps, LearningRate, WarmUpSteps, WeightDecay, Beta2, ClipNorm, AverageDecay, CheckpointEvery);

    /// <summary>Checks every figure.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A figure is out of its range.</exception>
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
