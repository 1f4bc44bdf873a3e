using System.CommandLine;
using Kedge.Training.Objectives;

namespace Kedge.Cli.Options;

/// <summary>The training options of <c>pretrain</c>; defaults are the library's.</summary>
internal sealed class PretrainingRunOptions
{
    private static readonly PretrainingOptions Defaults = new() { Steps = 1 };

    private readonly Option<int> _steps = RangedOption.AtLeast(1, new Option<int>("--steps")
    {
        Description = "Training steps.",
        HelpName = "count",
        Required = true,
    });
    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Decides the start and the order of images.",
        HelpName = "number",
        DefaultValueFactory = _ => Defaults.Seed,
    };
    private readonly Option<double> _learningRate = RangedOption.Above(0, new Option<double>("--learning-rate")
    {
        Description = "The highest learning rate.",
        HelpName = "number",
        DefaultValueFactory = _ => Defaults.LearningRate,
    });
    private readonly Option<int> _warmUp = RangedOption.AtLeast(0, new Option<int>("--warm-up")
    {
        Description = "Steps over which the learning rate rises.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.WarmUpSteps,
    });
    private readonly Option<int> _batchSize = RangedOption.AtLeast(2, new Option<int>("--batch-size")
    {
        Description = "Pairs a batch; at most one of each class.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.BatchSize,
    });
    private readonly Option<int> _accumulation = RangedOption.AtLeast(1, new Option<int>("--accumulate")
    {
        Description = "Batches a step.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.AccumulationSteps,
    });
    private readonly Option<int> _negatives = RangedOption.AtLeast(0, new Option<int>("--negative-captions")
    {
        Description = "Captions of other groups that a batch's images must be told from, too.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.NegativeCaptions,
    });
    private readonly Option<int> _teacherBatch = RangedOption.AtLeast(1, new Option<int>("--teacher-batch")
    {
        Description = "Names of each --text-teacher a step.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.TeacherBatchSize,
    });
    private readonly Option<ContrastiveLoss> _loss = ChoiceOption.Create(
        "--loss", "What pulls pairs together: CLIP's softmax over the batch, or a sigmoid of every pair.", Defaults.Loss);
    private readonly Option<TrainingPrecision> _precision = ChoiceOption.Create(
        "--precision", "The image tower's numbers; bf16 is about twice as fast on processors that compute in it.", Defaults.Precision);
    private readonly Option<double> _average = RangedOption.Below(1, RangedOption.Share("--average",
        "Share of the old value that a step leaves in the averaged weights, below 1; 0 for no average.", Defaults.AverageDecay));
    private readonly Option<double> _crop = RangedOption.Above(
        0, RangedOption.Share("--crop-area", "The least part of a picture that a random crop keeps, above 0.", Defaults.MinimumCropArea));
    private readonly Option<double> _flip = RangedOption.Share(
        "--flip", "How often a picture is mirrored; 0 where captions speak of left and right.", Defaults.FlipProbability);
    private readonly Option<double> _jitter =
        RangedOption.Share("--colour-jitter", "Strength of random brightness, contrast and saturation.", Defaults.ColourJitter);
    private readonly Option<int> _checkpoint = RangedOption.AtLeast(1, new Option<int>("--checkpoint-every")
    {
        Description = "Steps between checkpoints and measurements.",
        HelpName = "count",
        DefaultValueFactory = _ => Defaults.CheckpointEvery,
    });

    public IEnumerable<Option> Options =>
        [_steps, _seed, _learningRate, _warmUp, _batchSize, _negatives, _accumulation,
            _teacherBatch, _loss, _precision, _average, _crop, _flip, _jitter, _checkpoint];

    public PretrainingOptions Read(ParseResult parsed) => Defaults with
    {
        Steps = parsed.GetValue(_steps),
        Seed = parsed.GetValue(_seed),
        LearningRate = parsed.GetValue(_learningRate),
        WarmUpSteps = parsed.GetValue(_warmUp),
        BatchSize = parsed.GetValue(_batchSize),
        NegativeCaptions = parsed.GetValue(_negatives),
        AccumulationSteps = parsed.GetValue(_accumulation),
        TeacherBatchSize = parsed.GetValue(_teacherBatch),
        Loss = parsed.GetValue(_loss),
        Precision = parsed.GetValue(_precision),
        AverageDecay = parsed.GetValue(_average),
        MinimumCropArea = parsed.GetValue(_crop),
        FlipProbability = parsed.GetValue(_flip),
        ColourJitter = parsed.GetValue(_jitter),
        CheckpointEvery = parsed.GetValue(_checkpoint),
    };
}
