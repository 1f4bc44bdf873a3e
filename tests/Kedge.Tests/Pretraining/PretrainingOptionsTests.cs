using Kedge.Pretraining;

namespace Kedge.Tests.Pretraining;

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
            MinimumCropArea = 0.35,
            Seed = 1,
            CheckpointEvery = 250,
        }, Good);

    public static TheoryData<PretrainingOptions, string> OutOfRange { get; } = new()
    {
        { Good with { Steps = 0 }, "Steps" },
        { Good with { BatchSize = 1 }, "BatchSize" },
        { Good with { LearningRate = 0 }, "LearningRate" },
        { Good with { LearningRate = double.NaN }, "LearningRate" },
        { Good with { WarmUpSteps = -1 }, "WarmUpSteps" },
        { Good with { WeightDecay = -0.1 }, "WeightDecay" },
        { Good with { Beta2 = 1 }, "Beta2" },
        { Good with { ClipNorm = 0 }, "ClipNorm" },
        { Good with { MinimumCropArea = 0 }, "MinimumCropArea" },
        { Good with { MinimumCropArea = 1.1 }, "MinimumCropArea" },
        { Good with { CheckpointEvery = 0 }, "CheckpointEvery" },
    };

    [Theory, MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public void A_figure_out_of_its_range_is_refused_by_name(PretrainingOptions options, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new ContrastiveTrainer(TinyRun.Architecture, options)).ParamName);
}
