using Kedge.Tests.Support;
using Kedge.Training.Objectives;

namespace Kedge.Tests.Training.Objectives;

public class PretrainingOptionsTests
{
    private static readonly PretrainingOptions Good = new() { Steps = 1 };

    [Fact]
    public void Defaults_are_those_that_the_documentation_names() => Assert.Equal(
        new PretrainingOptions
        {
            Steps = 1,
            BatchSize = 200,
            LearningRate = 1e-3,
            WarmUpSteps = 200,
            WeightDecay = 0.1,
            Beta2 = 0.98,
            ClipNorm = 1,
            Loss = ContrastiveLoss.InfoNce,
            NegativeCaptions = 0,
            AccumulationSteps = 1,
            AverageDecay = 0.999,
            Precision = TrainingPrecision.F32,
            TeacherWeight = 1,
            TeacherBatchSize = 64,
            MinimumCropArea = 0.35,
            FlipProbability = 0.5,
            ColourJitter = 0.2,
            Seed = 1,
            CheckpointEvery = 250,
        }, Good);

    private static readonly (PretrainingOptions Options, string Name)[] OutOfRange =
    [
        (Good with { Steps = 0 }, "Steps"),
        (Good with { BatchSize = 1 }, "BatchSize"),
        (Good with { LearningRate = 0 }, "LearningRate"),
        (Good with { LearningRate = double.NaN }, "LearningRate"),
        (Good with { WarmUpSteps = -1 }, "WarmUpSteps"),
        (Good with { WeightDecay = -0.1 }, "WeightDecay"),
        (Good with { Beta2 = 1 }, "Beta2"),
        (Good with { ClipNorm = 0 }, "ClipNorm"),
        (Good with { MinimumCropArea = 0 }, "MinimumCropArea"),
        (Good with { MinimumCropArea = 1.1 }, "MinimumCropArea"),
        (Good with { CheckpointEvery = 0 }, "CheckpointEvery"),
        (Good with { NegativeCaptions = -1 }, "NegativeCaptions"),
        (Good with { AccumulationSteps = 0 }, "AccumulationSteps"),
        (Good with { AverageDecay = 1 }, "AverageDecay"),
        (Good with { TeacherWeight = -1 }, "TeacherWeight"),
        (Good with { TeacherBatchSize = 0 }, "TeacherBatchSize"),
        (Good with { FlipProbability = 1.1 }, "FlipProbability"),
        (Good with { ColourJitter = 1.1 }, "ColourJitter"),
    ];

    [Fact]
    public void A_figure_out_of_its_range_is_refused_by_name() => Assert.All(
        OutOfRange, wrong => Assert.Equal(wrong.Name,
            Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveTrainer(TinyRun.Architecture, wrong.Options)).ParamName));
}
