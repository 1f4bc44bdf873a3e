using Kedge.Clip;
using Kedge.Features;
using Kedge.Imaging;
using Kedge.Pretraining;
using Kedge.Pretraining.Scenes;
using static TorchSharp.torch;

namespace Kedge.Benchmarks;

/// <summary>Steps of the trainer from files on disk, against steps of the same network on one ready batch: what decoding, views, drawing of batches and the average cost.</summary>
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
        var architecture = new ClipConfiguration(256, new ResNetConfiguration(64, Width: 32, [1, 2, 2, 1], Heads: 16), new TextConfiguration(77, 49408, new(64, Layers: 4, Heads: 1, MlpWidth: 256)));
        var options = new PretrainingOptions { Steps = Steps, BatchSize = BatchSize, CheckpointEvery = Steps };
        using var training = new TrainingState(ClipInitialisation.Build(architecture, options.Seed), options, CPU);
        var preprocessing = new Preprocessing { Resolution = architecture.Vision.Resolution };
        var batch = new PairBatches(data.Pairs, preprocessing, options).From(0).First()[0];
        using var pixels = preprocessing.ToTensor(batch.Crops).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

        var run = 0;
        var duel = Duel.Run(Turns, Whole, Ready);
        yield return $"| {Steps} steps of {BatchSize} pairs, ResNet of width 32 with 1-2-2-1 blocks, 64 pixels | pairs a second |";
        yield return "|---|---|";
        yield return $"| the trainer, from PNG files, with views, average and one checkpoint | {Steps * BatchSize / duel.First:0} |";
        yield return $"| the same network and optimiser on one ready batch | {Steps * BatchSize / duel.Second:0} |";
        yield return "";
        yield return $"The trainer reaches **{duel.Ratio:0 %}** of it (median of {Turns} turns; asked for: at least 60 %).";

        void Whole() => new ContrastiveTrainer(architecture, options).Run(data, Path.Combine(folder, $"run-{run++}"));

        void Ready()
        {
            for (var step = 0; step < Steps; step++)
            {
                using var scope = NewDisposeScope();
                training.Optimizer.zero_grad();
                var images = training.Network.visual.Forward(pixels).Unit();
                var texts = CaptionEncoder.Encode(training.Network, batch.Captions, CPU).Unit();
                ContrastiveLosses.InfoNce(images, texts, training.Network.logit_scale.exp()).backward();
                training.Optimizer.step();
            }
        }
    }
}
