using Kedge.Features;
using Kedge.Optimisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Kedge.FewShot.Selection;

/// <summary>
/// Learns on the support features: in mini-batches shuffled anew each epoch, or in full batches. Each epoch takes the
/// next of the task's cached views, where published codes draw new random crops, and the learning rate falls to 0 along
/// a half cosine over all steps after the warm-up.
/// </summary>
/// <param name="epochs">Passes over the support set.</param>
/// <param name="learningRate">Of the first step after the warm-up.</param>
/// <param name="batchSize">Images a step; <see langword="null"/> for all.</param>
/// <param name="seed">Of the order of the images; of no effect where a step takes all.</param>
/// <param name="warmUpEpochs">
/// How many of the epochs come first with a rate of 1e-5, as in the training framework that CoOp
/// and many after it stand on.
/// </param>
public sealed class FeatureTraining(int epochs, double learningRate, int? batchSize = null, int seed = 0, int warmUpEpochs = 0)
{
    private const double WarmUpRate = 1e-5;

    /// <summary>
    /// Adam (Kingma and Ba 2015), whose steps hold their numbers while libtorch reads them; TorchSharp 0.107
    /// does not, and beside a garbage collection may go wrong without an error. Equal to it bit for bit otherwise.
    /// </summary>
    /// <param name="parameters">What is learned; not owned.</param>
    /// <param name="learningRate">The learning rate, until a schedule sets another.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">Times a parameter is added to its gradient.</param>
    /// <returns>The optimiser; dispose it.</returns>
    public static optim.Optimizer Adam(
        IEnumerable<Parameter> parameters, double learningRate, double epsilon = 1e-8, double weightDecay = 0) =>
        new Optimisation.Adam(parameters, learningRate, epsilon, weightDecay);

    /// <summary>AdamW (Loshchilov and Hutter 2019), safe as <see cref="Adam"/> is.</summary>
    /// <param name="parameters">What is learned; not owned.</param>
    /// <param name="learningRate">The learning rate η, until a schedule sets another.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">λ: a step first multiplies a parameter by 1 − ηλ.</param>
    /// <returns>The optimiser; dispose it.</returns>
    public static optim.Optimizer AdamW(
        IEnumerable<Parameter> parameters, double learningRate, double epsilon = 1e-8, double weightDecay = 0) =>
        new Optimisation.AdamW(parameters, learningRate, epsilon, weightDecay);

    /// <summary>SGD with momentum, safe as <see cref="Adam"/> is.</summary>
    /// <param name="parameters">What is learned; not owned.</param>
    /// <param name="learningRate">The learning rate, until a schedule sets another.</param>
    /// <param name="momentum">The momentum, 0 to 1.</param>
    /// <param name="weightDecay">Times a parameter is added to its gradient.</param>
    /// <returns>The optimiser; dispose it.</returns>
    public static optim.Optimizer Sgd(
        IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double weightDecay = 0) =>
        new Optimisation.Sgd(parameters, learningRate, momentum, weightDecay);

    /// <summary>Learns, and reports each step. The same task, options and start give the same bits on a CPU.</summary>
    /// <param name="task">The task of <see cref="FewShotMethod.FitCore"/>, its rows in canonical order; at least
    /// one support image.</param>
    /// <param name="run">Told of each step, and stops between two.</param>
    /// <param name="optimizer">Of what is learned, in one group of parameters, such as <see cref="Adam"/>; its
    /// learning rate is set before each step.</param>
    /// <param name="loss">From the features of B images (all that the task has of them) and their labels [B]
    /// int64 to the loss [].</param>
    public void Run(FewShotTask task, FitRun run, optim.Optimizer optimizer, Func<ImageFeatures, Tensor, Tensor> loss)
    {
        var (support, count) = (task.Support, task.Support.Count);
        var size = batchSize ?? count;
        var inEpoch = (count + size - 1) / size;
        var (steps, warmUp) = (epochs * inEpoch, Math.Min(warmUpEpochs, epochs) * inEpoch);
        var schedule = new CosineSchedule(learningRate, steps - warmUp);
        var all = Enumerable.Range(0, count).Select(row => (long)row);
        foreach (var (step, (epoch, batch)) in Minibatches.Draw(all, size, batchSize is null ? null : seed).Take(steps).Index())
        {
            using var scope = NewDisposeScope();
            var rows = tensor(batch, device: task.Device);
            var value = loss(support.Images.Each(views => views.select(0, epoch % support.Views).index_select(0, rows)),
                support.Labels.index_select(0, rows));
            optimizer.ParamGroups.Single().LearningRate = step < warmUp ? WarmUpRate : schedule.At(step - warmUp);
            optimizer.zero_grad();
            value.backward();
            optimizer.step();
            run.Report(step + 1, steps, value.item<float>());
        }
    }
}
