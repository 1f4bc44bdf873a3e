using Kedge.Features;
using Kedge.Optimisation;
using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Learns on the support features: in batches shuffled anew each epoch, or on all images at once. Each epoch takes the next of the task's cached views, where published
/// codes draw new random crops, and the learning rate falls to 0 along a half cosine over all steps after the warm-up.
/// </summary>
/// <param name="Epochs">Passes over the support set.</param>
/// <param name="LearningRate">Of the first step after the warm-up.</param>
/// <param name="BatchSize">Images a step; <see langword="null"/> for all.</param>
/// <param name="Seed">Of the order of the images; of no effect where a step takes all.</param>
/// <param name="WarmUpEpochs">How many of the epochs come first with a rate of 1e-5, as in the training framework that CoOp and many after it stand on.</param>
internal sealed record FeatureTraining(int Epochs, double LearningRate, int? BatchSize = null, int Seed = 0, int WarmUpEpochs = 0)
{
    private const double WarmUpRate = 1e-5;

    /// <summary>Learns, and reports each step.</summary>
    /// <param name="task">The task, its rows in canonical order.</param>
    /// <param name="run">Told of each step.</param>
    /// <param name="optimizer">Of what is learned.</param>
    /// <param name="loss">From the features of B images and labels [B] to the loss.</param>
    internal void Run(FewShotTask task, FitRun run, optim.Optimizer optimizer, Func<ImageFeatures, Tensor, Tensor> loss)
    {
        var order = Enumerable.Range(0, task.Support.Count).Select(i => (long)i).ToArray();
        var size = BatchSize ?? order.Length;
        var inEpoch = (order.Length + size - 1) / size;
        var (steps, warmUp) = (Epochs * inEpoch, Math.Min(WarmUpEpochs, Epochs) * inEpoch);
        var schedule = new CosineSchedule(LearningRate, steps - warmUp);
        var random = new Random(Seed);
        var step = 0;
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var view = epoch % task.Support.Views;
            if (BatchSize is not null)
                random.Shuffle(order);
            foreach (var batch in order.Chunk(size))
            {
                using var scope = NewDisposeScope();
                var rows = tensor(batch, device: task.Device);
                var value = loss(task.Support.Images.Each(views => views.select(0, view).index_select(0, rows)), task.Support.Labels.index_select(0, rows));
                optimizer.ParamGroups.Single().LearningRate = step < warmUp ? WarmUpRate : schedule.At(step - warmUp);
                optimizer.zero_grad();
                value.backward();
                optimizer.step();
                run.Report(++step, steps, value.item<float>());
            }
        }
    }
}
