using Kedge.Clip.Towers;
using Kedge.Data.Scenes;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Training;
using Kedge.Training.Objectives;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>
/// Steps of the trainer from files on disk, against steps of the same network on one ready batch: what decoding, views,
/// drawing of batches and the average cost.
/// </summary>
internal static class TrainingBenchmark
{
    private const int Steps = 10, BatchSize = 200, Turns = 3, Scenes = 4000;

    public static IEnumerable<string> Run()
    {
        var folder = Directory.CreateTempSubdirectory("kedge-benchmark-").FullName;
        try
        {
            return [.. Measure(folder)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Measure(string folder)
    {
        var scenes = Path.Combine(folder, "scenes");
        SceneFolder.Write(new SceneGenerator(), Scenes, scenes);
        var data = new PretrainingData(SceneFolder.Pairs(scenes));
        yield return $"| {Steps} steps of {BatchSize} pairs, 64 pixels, bfloat16 | pairs a second: the trainer, from PNG files, " +
            "with views, average and one checkpoint | the same network and optimiser on one ready batch | share |";
        yield return "|---|---|---|---|";
        yield return Row("ResNet, width 32, blocks 1-2-2-1", new ResNetConfiguration(64, Width: 32, [1, 2, 2, 1], Heads: 16), data, folder);
        yield return Row("ViT, patches of 8, width 128, 4 layers",
            new VisionTransformerConfiguration(64, 8, new(128, Layers: 4, Heads: 2, MlpWidth: 512)), data, folder);
        yield return "";
        yield return $"Medians of {Turns} turns; asked for: a share of at least 60 %.";
    }

    private static string Row(string name, VisionConfiguration vision, PretrainingData data, string folder)
    {
        var architecture =
            new ClipConfiguration(256, vision, new TextConfiguration(77, 49408, new(64, Layers: 4, Heads: 1, MlpWidth: 256)));
        var options = new PretrainingOptions
        {
            Steps = Steps,
            BatchSize = BatchSize,
            CheckpointEvery = Steps,
            Precision = TrainingPrecision.BF16,
        };
        var preprocessing = new Preprocessing { Resolution = architecture.Vision.Resolution };
        using var network = ClipInitialisation.Build(architecture, options.Seed);
        using var objective = ContrastiveObjective.Create(options.Loss, network, preprocessing, options.Precision, CPU);
        using var training = new TrainingState(network, [new TrainingTerm<PairBatch>(objective, _ => [])], options.Loop);
        var batch = new PairBatches(data.Pairs, preprocessing, options).From(0).First()[0];
        using var pixels = ContrastiveObjective.Pixels(batch.Crops, preprocessing, options.Precision, CPU);

        var run = 0;
        var duel = Duel.Run(Turns, Whole, Ready);
        return $"| {name} | {Steps * BatchSize / duel.First:0} | {Steps * BatchSize / duel.Second:0} | **{duel.Ratio:0 %}** |";

        void Whole() => new ContrastiveTrainer(architecture, options).Run(data, Path.Combine(folder, $"{vision.GetType().Name}-{run++}"));

        void Ready()
        {
            for (var step = 0; step < Steps; step++)
            {
                using var scope = NewDisposeScope();
                training.Optimizer.zero_grad();
                var images = network.visual.Forward(pixels).to(ScalarType.Float32).Unit();
                var texts = CaptionEncoder.Encode(network, batch.Captions, CPU).Unit();
                ContrastiveLosses.InfoNce(images, texts, network.logit_scale.exp()).backward();
                training.Optimizer.step();
            }
        }
    }
}
