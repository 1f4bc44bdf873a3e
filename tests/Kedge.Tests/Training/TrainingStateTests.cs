using Kedge.Clip.Towers;
using Kedge.Data.Captions;
using Kedge.Tests.Support;
using Kedge.Training.Objectives;
using static TorchSharp.torch;

namespace Kedge.Tests.Training;

public sealed class TrainingStateTests : IDisposable
{
    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Without_an_average_the_last_weights_are_the_finished_ones()
    {
        TinyRun.Run(_scratch.Path, TinyRun.Options with { AverageDecay = 0 });
        var last = TinyRun.Weights(_scratch.Path)["visual.proj"];
        using var finished = Kedge.Tensors.SafetensorsFile.Open(_scratch["model.safetensors"]);
        using var projection = finished.Read("visual.proj").to(ScalarType.Float32);
        Assert.Equal(last.Select(value => (float)(Half)value), projection.data<float>().ToArray());
    }

    [Fact]
    public void Two_accumulated_batches_give_the_mean_of_their_gradients()
    {
        var options = TinyRun.Options with
        {
            Steps = 1,
            WarmUpSteps = 0,
            BatchSize = 8,
            AverageDecay = 0,
            FlipProbability = 0,
            ColourJitter = 0,
            MinimumCropArea = 1,
            ClipNorm = 1e9,
        };
        // all batches are the same pairs in another order
        CaptionedImage[] one = [.. TinyRun.Pairs.Select(pair => pair with { Captions = [pair.Captions[0]] })];
        TinyRun.Run(_scratch["one"], options, one);
        TinyRun.Run(_scratch["two"], options with { AccumulationSteps = 2 }, one);
        var (single, twice) = (TinyRun.Weights(_scratch["one"]), TinyRun.Weights(_scratch["two"]));
        foreach (var (key, weights) in single)
            // Adam's first step is ± the rate, whichever way rounding tips a zero gradient
            Assert.All(weights.Zip(twice[key]), pair => Assert.Equal(pair.First, pair.Second, 2e-3f));
    }

    [Theory, InlineData(nameof(ContrastiveLoss.Sigmoid), nameof(TrainingPrecision.F32)),
        InlineData(nameof(ContrastiveLoss.InfoNce), nameof(TrainingPrecision.BF16))]
    public void Other_losses_and_precisions_learn_and_resume_to_the_same_bits(string lossName, string precision)
    {
        var loss = Enum.Parse<ContrastiveLoss>(lossName);
        var options = TinyRun.Options with { Loss = loss, Precision = Enum.Parse<TrainingPrecision>(precision) };
        TinyRun.Run(_scratch["whole"], options);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        for (var step = 1; step <= 2; step++)
            Assert.Throws<OperationCanceledException>(() => TinyRun.Run(_scratch["parts"], options, cancellation: cancelled.Token));
        TinyRun.Run(_scratch["parts"], options);
        TinyRun.AssertSame(_scratch["whole"], _scratch["parts"]);
        Assert.Equal(loss == ContrastiveLoss.Sigmoid, TinyRun.Weights(_scratch["whole"]).ContainsKey("logit_bias"));
    }

    [Theory, InlineData("vit"), InlineData("resnet")]
    public void A_tower_in_bfloat16_gives_nearly_the_same_features(string kind)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var architecture = kind == "vit"
            ? TinyRun.Architecture
            : TinyRun.Architecture with { Vision = new ResNetConfiguration(32, Width: 8, [1, 1, 1, 1], Heads: 4) };
        using var network = ClipInitialisation.Build(architecture, seed: 1);
        using var generator = new Generator(7);
        var pixels = randn([6, 3, architecture.Vision.Resolution, architecture.Vision.Resolution], generator: generator);
        var (exact, rounded) =
            (network.visual.Forward(pixels), network.visual.Forward(pixels.to(ScalarType.BFloat16)).to(ScalarType.Float32));
        Assert.True(nn.functional.cosine_similarity(exact, rounded, 1).min().item<float>() > 0.999f);
    }
}
