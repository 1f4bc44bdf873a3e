using Kedge.Checkpoints;
using Kedge.Clip;
using Kedge.Clip.Towers;
using Kedge.Tensors;
using Kedge.Tests.Support;
using Kedge.Training;
using Kedge.Training.Objectives;
using TorchSharp;

namespace Kedge.Tests.Training.Objectives;

public sealed class ContrastiveTrainerTests : IDisposable
{
    /// <summary>A weight of at most 1 is rounded twice by F32 when its decay is added to a step.</summary>
    private const double DecayTolerance = 2e-7;

    private readonly TemporaryFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Forty_steps_teach_eight_colours_and_every_tenth_is_reported()
    {
        var options = new PretrainingOptions
        {
            Steps = 40,
            BatchSize = 8,
            WarmUpSteps = 10,
            LearningRate = 2e-3,
            CheckpointEvery = 1000,
            Seed = 3,
            AverageDecay = 0.5,
        };
        var reports = new List<TrainingProgress>();
        new ContrastiveTrainer(TinyRun.Architecture, options, time: new OneSecondACall())
            .Run(new(TinyRun.Pairs) { HeldOut = TinyRun.HeldOut }, _scratch.Path,
                new Collect(reports), TestContext.Current.CancellationToken);
        Assert.Equal([(10, 3.0), (20, 2.0), (30, 1.0), (40, 0.0)],
            reports.Select(report => (report.Latest.Step, report.Remaining.TotalSeconds)));
        Assert.All(reports, report => Assert.Equal((40, 10 * 8.0), (report.Steps, report.Latest.ExamplesPerSecond)));
        Assert.True(reports[^1].Latest.Loss < 0.25 * Math.Log(8),
            $"The loss went from {reports[0].Latest.Loss} to {reports[^1].Latest.Loss}; chance is {Math.Log(8)}.");
        Assert.Equal([null, null, null, 1.0], reports.Select(report => report.Latest.HeldOutAccuracy)); // at the checkpoint alone
    }

    [Fact]
    public void The_finished_weights_are_a_clip_of_halves_under_the_released_names()
    {
        var path = TinyRun.Run(_scratch.Path);
        Assert.Equal(_scratch["model.safetensors"], path);
        using (var file = SafetensorsFile.Open(path))
        {
            Assert.All(file.Entries.Values, entry => Assert.Equal(torch.ScalarType.Float16, entry.Type));
            using var network = new ClipNetwork(Kedge.Clip.Towers.Weights.Meta, TinyRun.Architecture);
            Assert.Equal(network.state_dict().Keys.Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
            string[] released = ["logit_scale", "visual.class_embedding", "transformer.resblocks.0.attn.in_proj_weight"];
            Assert.All(released, key => Assert.Contains(key, file.Entries.Keys));
        }
        using var clip = ClipModel.Load(path);
        Assert.Equal(TinyRun.Architecture, clip.Configuration);
        Assert.Equal(CheckpointLayout.OpenAI, clip.Layout);
        Assert.InRange(clip.LogitScale, 1, 100);
    }

    [Fact]
    public void Only_matrices_decay()
    {
        const double rate = 0.01, decay = 5;
        var options = TinyRun.Options with { Steps = 1, WarmUpSteps = 0, LearningRate = rate };
        var (plain, decayed) = (After(0), After(decay));
        using var start = ClipInitialisation.Build(TinyRun.Architecture, options.Seed);
        foreach (var (key, tensor) in start.state_dict())
        {
            var lost = tensor.dim() >= 2 ? rate * decay : 0;
            var before = tensor.data<float>().ToArray();
            for (var i = 0; i < before.Length; i++)
                Assert.Equal(plain[key][i] - lost * before[i], decayed[key][i], lost == 0 ? 0 : DecayTolerance);
        }

        Dictionary<string, float[]> After(double weightDecay)
        {
            TinyRun.Run(_scratch[$"decay-{weightDecay}"], options with { WeightDecay = weightDecay });
            return TinyRun.Weights(_scratch[$"decay-{weightDecay}"]);
        }
    }

    [Theory, InlineData(1, "The checkpoint of step 1 is the last good one"), InlineData(2, "There is no checkpoint yet")]
    public void A_loss_that_is_no_number_stops_the_run(int checkpointEvery, string good)
    {
        var options = TinyRun.Options with { LearningRate = 1e30, WarmUpSteps = 0, CheckpointEvery = checkpointEvery };
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(_scratch.Path, options));
        Assert.Equal($"Training stopped at step 2 of 6: the loss is no finite number any more. {good}; " +
            "start again in another folder with a lower learning rate than 1E+30.", error.Message);
    }

    [Fact]
    public void Fewer_groups_than_pairs_a_batch_are_refused_before_anything_is_written()
    {
        var error = Assert.Throws<KedgeException>(() => TinyRun.Run(_scratch["run"], TinyRun.Options with { BatchSize = 9 }));
        Assert.Equal("A batch of 9 pairs needs as many groups (classes) that differ in meaning, and the data has 8: lower the batch size.",
            error.Message);
        Assert.False(Directory.Exists(_scratch["run"]));
    }

    [Fact]
    public void A_token_table_of_another_size_is_refused()
    {
        var small = TinyRun.Architecture with { Text = TinyRun.Architecture.Text with { VocabularySize = 1000 } };
        var error = Assert.Throws<KedgeException>(() => new ContrastiveTrainer(small, TinyRun.Options));
        Assert.Equal("The architecture to train has a token table of 1,000 rows, and CLIP's tokenizer has 49,408 tokens: make them equal.",
            error.Message);
    }

    [Fact]
    public void An_architecture_beyond_memory_is_refused_before_it_is_built()
    {
        TransformerConfiguration blocks = new(Width: 65_536, Layers: 256, Heads: 1, MlpWidth: 262_144);
        var huge = TinyRun.Architecture with { Text = TinyRun.Architecture.Text with { Transformer = blocks } };
        var error = Assert.Throws<KedgeException>(() => new ContrastiveTrainer(huge, TinyRun.Options));
        Assert.StartsWith("The architecture to train has 13,197,", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(" GB: make it smaller.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_without_a_caption_is_a_mistake_of_the_caller() =>
        Assert.Throws<ArgumentException>(
            () => TinyRun.Run(_scratch.Path, pairs: [TinyRun.Pairs[0] with { Captions = [] }, .. TinyRun.Pairs.Skip(1)]));

    [Fact]
    public void A_run_from_a_model_begins_with_its_weights()
    {
        var options = TinyRun.Options with { Steps = 1, WarmUpSteps = 0, LearningRate = double.Epsilon, AverageDecay = 0 };
        var first = TinyRun.Run(_scratch["first"]);
        var second = RunFrom(first, "second", options);
        Assert.Equal(TinyRun.WeightsIn(first), TinyRun.WeightsIn(second)); // a step of no length; it may take the sign off a zero
    }

    [Fact]
    public void A_run_from_a_model_is_resumed_from_the_same_model_alone()
    {
        var (first, other) = (TinyRun.Run(_scratch["first"]), TinyRun.Run(_scratch["other"], TinyRun.Options with { Seed = 2 }));
        RunFrom(first, "second", TinyRun.Options);
        var error = Assert.Throws<KedgeException>(() => RunFrom(other, "second", TinyRun.Options));
        Assert.Equal($"The run in '{_scratch["second"]}' cannot be resumed: it was started with other weights to start from or none; " +
            "ask for the same, or give another folder.", error.Message);
    }

    private string RunFrom(string model, string folder, PretrainingOptions options) => new ContrastiveTrainer(model, options)
        .Run(new(TinyRun.Pairs), _scratch[folder], cancellation: TestContext.Current.CancellationToken);

    [Fact]
    public void Leaves_no_tensor_behind()
    {
        var options = TinyRun.Options with { Steps = 2 };
        TinyRun.Run(_scratch["first"], options);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TinyRun.Run(_scratch["second"], options);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private sealed class Collect(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }

    /// <summary>A clock that is a second later whenever it is looked at.</summary>
    private sealed class OneSecondACall : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now += TimestampFrequency;
    }
}
